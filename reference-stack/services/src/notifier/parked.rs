//! The dead-letter queues: what is in them, and sending it back to work after the repair. Looking takes nothing out: the
//! messages are fetched, not acknowledged, and return to the queue when the connection closes.

use super::Notifier;
use super::worker::Event;
use crate::audit::{Asked, Page};
use crate::broker::{KINDS, Message, dead_queue, queue};
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use lapin::options::{BasicAckOptions, BasicGetOptions};
use lapin::{Channel, Connection};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// How long the broker may take for one answer. Whoever looks at what is parked has time.
const WITHIN: Duration = Duration::from_secs(10);
/// Messages that are looked at in one queue at most.
const MOST: usize = 10_000;

/// `GET /audit/parked`: every message on the dead-letter queues, sorted by consumer and event.
pub(super) async fn all(State(notifier): State<Arc<Notifier>>, query: Asked) -> Result<Json<Value>, Problem> {
    let page = Page::asked(query)?;
    let mut rows = seen(&notifier, page.consumer.as_deref()).await.map_err(broken)?;
    rows.sort_by_key(|row| (row["consumer"].to_string(), row["event"].to_string()));
    let numbered = (1..).zip(rows);
    let after = page.after()?;
    let limit = usize::try_from(page.limit()).unwrap_or(usize::MAX);
    Ok(page.of(numbered.filter(|(number, _)| *number > after).take(limit).collect()))
}

async fn seen(notifier: &Notifier, only: Option<&str>) -> Result<Vec<Value>, String> {
    let (connection, channel) = begun(notifier).await?;
    let mut rows = Vec::new();
    for kind in KINDS.into_iter().filter(|kind| only.is_none_or(|only| only == *kind)) {
        for _ in 0..MOST {
            let got = bounded(channel.basic_get(dead_queue(kind), BasicGetOptions::default())).await;
            let Some(message) = got? else { break };
            let event: Option<Event> = serde_json::from_slice(&message.delivery.data).ok();
            rows.push(match event {
                Some(event) => json!({
                    "key": event.key, "event": event.event, "consumer": kind, "state": "parked",
                    "poison": event.poison,
                }),
                None => json!({ "key": null, "event": null, "consumer": kind, "state": "parked" }),
            });
        }
    }
    let _ = bounded(connection.close(200, "has seen it".into())).await;
    Ok(rows)
}

/// `POST /parked/redrive`: sends everything back to the queue that it came from; how many there were.
pub(super) async fn redrive(State(notifier): State<Arc<Notifier>>) -> Result<Json<Value>, Problem> {
    let (connection, channel) = begun(&notifier).await.map_err(broken)?;
    let mut redriven = 0;
    for kind in KINDS {
        for _ in 0..MOST {
            let got = bounded(channel.basic_get(dead_queue(kind), BasicGetOptions::default())).await;
            let Some(message) = got.map_err(broken)? else { break };
            let id = message
                .delivery
                .properties
                .message_id()
                .as_ref()
                .map_or_else(String::new, |id| id.to_string());
            let again = Message { id, body: message.delivery.data.clone() };
            let published = notifier.publisher.publish("", queue(kind).as_str(), &[again]).await;
            if published.map_err(broken)? != [true] {
                return Err(broken("the queue is full".to_owned()));
            }
            // Only now: whoever dies before it leaves the message here, and it has its effect once all the same.
            bounded(message.delivery.acker.ack(BasicAckOptions::default())).await.map_err(broken)?;
            redriven += 1;
        }
    }
    let _ = bounded(connection.close(200, "has sent it back".into())).await;
    Ok(Json(json!({ "redriven": redriven })))
}

/// A connection of its own: closing it gives back what was only looked at.
async fn begun(notifier: &Notifier) -> Result<(Connection, Channel), String> {
    let connection = notifier.nodes.connect("audit").await?;
    let channel = bounded(connection.create_channel()).await?;
    bounded(notifier.topology.events(&channel)).await?;
    Ok((connection, channel))
}

/// One word with the broker: a node that is frozen must not freeze whoever looks.
async fn bounded<T>(word: impl Future<Output = lapin::Result<T>>) -> Result<T, String> {
    match timeout(WITHIN, word).await {
        Ok(said) => said.map_err(|error| error.to_string()),
        Err(_) => Err(format!("no answer within {} s", WITHIN.as_secs())),
    }
}

fn broken(why: String) -> Problem {
    Problem::unavailable(format!("the broker does not answer: {why}"))
}
