//! Orders for later: accepted into a quorum queue (202 when a majority of the brokers has it), carried through by so many
//! workers. A spike fills the queue, not the database.

use super::accept::{Accepted, Wanted};
use super::{Orders, place, saga};
use crate::broker::{self, ACCEPTED, Consuming, Message, Nodes, Topology};
use crate::problem::Problem;
use crate::server::request_id;
use crate::{log, metrics};
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use lapin::Channel;
use lapin::message::Delivery;
use lapin::options::{BasicAckOptions, BasicNackOptions};
use lapin::types::ShortString;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

/// An order in the queue.
#[derive(Debug, Serialize, Deserialize)]
struct Promise {
    id: String,
    key: String,
    product: i64,
    quantity: i64,
    amount: i64,
    /// The id of the request that it came with.
    #[serde(default)]
    request: String,
}

/// 202 with the address at which the order can be followed.
pub(super) async fn promise(orders: &Orders, wanted: &Wanted) -> Result<Response, Problem> {
    let Wanted { id, key, product, quantity, amount } = wanted.clone();
    let body = json!({
        "id": id, "key": key, "product": product, "quantity": quantity, "amount": amount, "status": "pending" });
    let request = request_id::current().unwrap_or_default();
    let promise = Promise { id, key, product, quantity, amount, request };
    let bytes = serde_json::to_vec(&promise)
        .map_err(|error| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
    let message = Message { id: promise.id.clone(), body: bytes };
    match orders.publisher.publish("", ACCEPTED, &[message]).await.as_deref() {
        Ok([true]) => {}
        Ok(_) => return Err(Problem::overloaded("too many orders wait; nothing was done for this one")),
        Err(why) => return Err(Problem::unavailable(format!("the queue does not answer: {why}"))),
    }
    let mut response = (StatusCode::ACCEPTED, Json(body)).into_response();
    response.headers_mut().extend(place::location(&promise.id));
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    Ok(response)
}

/// Works on what was promised, until told to stop.
pub(super) async fn consume(orders: Arc<Orders>, nodes: Nodes, topology: Topology) {
    let stop = orders.server.stop.clone();
    broker::consume(nodes, topology, stop, Arc::new(Worker(orders))).await;
}

struct Worker(Arc<Orders>);

impl Consuming for Worker {
    async fn prepare(&self, topology: &Topology, channel: &Channel) -> lapin::Result<ShortString> {
        topology.accepted(channel).await?;
        Ok(ACCEPTED.into())
    }

    fn at_once(&self) -> u16 {
        self.0.settings.workers
    }

    async fn handle(self: Arc<Worker>, delivery: Delivery) {
        let Ok(Promise { id, key, product, quantity, amount, request }) =
            serde_json::from_slice(&delivery.data)
        else {
            log::error("not an order", &[("body", &String::from_utf8_lossy(&delivery.data))]);
            let _ = delivery.acker.ack(BasicAckOptions::default()).await;
            return;
        };
        let wanted = Wanted { id, key, product, quantity, amount };
        let orders = &self.0;
        match orders.accept(&wanted).await {
            Ok(accepted) => {
                // The row remembers it from here on. The place among the workers is kept until it has ended: that is what
                // bounds them. An acknowledgement that is lost brings the order again, and it is known.
                if let Accepted::Ours(order, lease) = accepted {
                    request_id::within(request, saga::drive(orders, order, &lease)).await;
                }
                let _ = delivery.acker.ack(BasicAckOptions::default()).await;
                metrics::count("refshop_accepted_total", "");
            }
            Err(error) => {
                log::warn("an accepted order waits for the database", &[("error", &error)]);
                orders.server.stop.sleep(Duration::from_millis(500)).await;
                let _ = delivery.acker.nack(BasicNackOptions { requeue: true, ..Default::default() }).await;
            }
        }
    }
}
