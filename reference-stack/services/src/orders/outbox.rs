//! The transactional outbox. An event is a row, committed with what it tells of; the relay publishes rows with confirms
//! and marks them. An instance that dies in between leaves the row to the others: an event may be published twice, and
//! is never lost. `OUTBOX=off` publishes after the commit, from memory: what dies in between is lost.

use super::Orders;
use crate::broker::{EVENTS, Message};
use crate::database::DbError;
use crate::server::request_id;
use crate::{crash, log};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio_postgres::Row;

/// Rows at once.
const BATCH: i64 = 200;
/// Between two looks, when nobody rings.
const LOOK: Duration = Duration::from_millis(250);

const TAKE: &str = "SELECT seq, id, key, kind, poison, request FROM orders.events WHERE state = 'waiting'
    ORDER BY seq LIMIT $1 FOR UPDATE SKIP LOCKED";
const MARK: &str = "UPDATE orders.events SET state = 'published' WHERE seq = ANY($1)";

/// An event as consumers get it, with the id of the request that it came of.
fn message(id: &str, key: &str, kind: &str, poison: bool, request: &str) -> Message {
    let body = json!({ "event": id, "key": key, "kind": kind, "poison": poison, "request": request });
    Message { id: id.to_owned(), body: body.to_string().into_bytes() }
}

impl Orders {
    /// Something was committed that the world must hear of.
    pub(super) async fn committed(&self, event: &str, key: &str, kind: &str, poison: bool) {
        if self.settings.outbox {
            self.bell.notify_one();
            return;
        }
        tokio::time::sleep(self.settings.gap).await;
        let message = message(event, key, kind, poison, &request_id::current().unwrap_or_default());
        if let Err(error) = self.publisher.publish(EVENTS, "", &[message]).await {
            log::error("an event is lost", &[("event", &event), ("error", &error)]);
        }
    }
}

/// Publishes what waits, until told to stop.
pub(super) async fn relay(orders: Arc<Orders>) {
    loop {
        tokio::select! {
            () = orders.server.stop.told() => return,
            () = orders.bell.notified() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
        loop {
            let _busy = orders.server.stop.busy();
            match round(&orders).await {
                Ok(published) if published == BATCH => {}
                Ok(_) => break,
                Err(why) => {
                    log::warn("events wait", &[("error", &why)]);
                    orders.server.stop.sleep(2 * LOOK).await;
                    break;
                }
            }
        }
    }
}

/// Publishes one batch; the rows are locked meanwhile, so that the other instances take others.
async fn round(orders: &Orders) -> Result<i64, String> {
    let told = |error: DbError| error.to_string();
    let mut connection = orders.database.connection().await.map_err(told)?;
    connection.begin().await.map_err(told)?;
    let rows = connection.query(TAKE, &[&BATCH]).await.map_err(told)?;
    if rows.is_empty() {
        connection.commit().await.map_err(told)?;
        return Ok(0);
    }
    let event = |row: &Row| message(row.get(1), row.get(2), row.get(3), row.get(4), row.get::<_, &str>(5));
    let messages: Vec<Message> = rows.iter().map(event).collect();
    tokio::time::sleep(orders.settings.gap).await;
    let confirmed = orders.publisher.publish(EVENTS, "", &messages).await?;
    crash::point("after-publish");
    let published: Vec<i64> =
        rows.iter().zip(&confirmed).filter(|(_, confirmed)| **confirmed).map(|(row, _)| row.get(0)).collect();
    connection.query(MARK, &[&published]).await.map_err(told)?;
    connection.commit().await.map_err(told)?;
    match i64::try_from(published.len()) {
        Ok(0) => Err("the broker refuses: its queues are full".to_owned()),
        Ok(published) => Ok(published),
        Err(_) => Ok(BATCH),
    }
}
