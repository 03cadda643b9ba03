//! `POST /orders`: under an idempotency key, at once or (`?async=true`) later.

use super::accept::{Accepted, Wanted};
use super::order::Order;
use super::room::Place;
use super::{Orders, later, price, saga};
use crate::metrics;
use crate::problem::Problem;
use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout_at};

/// Between two looks at an order that somebody else carries through.
const LOOK: Duration = Duration::from_millis(40);
/// Says that nothing was done for this request because it had been done before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// What is ordered.
#[derive(Debug, Deserialize)]
pub(super) struct Body {
    product: i64,
    quantity: i64,
}

/// Now or later.
#[derive(Debug, Deserialize)]
pub(super) struct When {
    #[serde(default, rename = "async")]
    later: bool,
}

/// See the file's head.
pub(super) async fn post(
    State(orders): State<Arc<Orders>>,
    when: Result<Query<When>, QueryRejection>,
    headers: HeaderMap,
    body: Result<Json<Body>, JsonRejection>,
) -> Result<Response, Problem> {
    let Query(when) = when.map_err(|error| Problem::bad_request(error.body_text()))?;
    let key = key(&headers)?;
    let Json(Body { product, quantity }) = body.map_err(|error| Problem::bad_request(error.body_text()))?;
    if !(1..=1_000).contains(&quantity) {
        return Err(Problem::bad_request("quantity must be from 1 to 1000"));
    }
    let until = Instant::now() + orders.settings.within;
    // Before anybody is asked and anything is written: what there is no room for is turned away with nothing done.
    let place = if when.later { None } else { Some(place(&orders)?) };
    let amount = quantity * price::of(&orders, product).await?;
    let wanted = Wanted { id: orders.id_of(&key), key, product, quantity, amount };
    match place {
        None => later::promise(&orders, &wanted).await,
        Some(place) => now(&orders, wanted, place, until).await,
    }
}

/// The client's key.
fn key(headers: &HeaderMap) -> Result<String, Problem> {
    let wrong = || Problem::bad_request("Idempotency-Key is needed: 1 to 200 visible ASCII characters");
    let key = headers.get("idempotency-key").and_then(|value| value.to_str().ok()).ok_or_else(wrong)?;
    let fit = !key.is_empty() && key.len() <= 200 && key.bytes().all(|byte| byte.is_ascii_graphic());
    if fit { Ok(key.to_owned()) } else { Err(wrong()) }
}

/// A place among the sagas of this instance.
fn place(orders: &Orders) -> Result<Place, Problem> {
    orders.room.enter().ok_or_else(|| {
        metrics::count("refshop_shed_total", "");
        Problem::overloaded("too many orders are under way; nothing was done for this one")
    })
}

/// Carries the order through, or waits for whoever does.
async fn now(
    orders: &Arc<Orders>,
    wanted: Wanted,
    place: Place,
    until: Instant,
) -> Result<Response, Problem> {
    let late = || Problem::unavailable("the database takes too long; the order may have been accepted");
    match timeout_at(until, orders.accept(&wanted)).await.map_err(|_| late())?? {
        Accepted::Ours(order, lease) => {
            let (task, id) = (orders.clone(), order.id.clone());
            // The saga goes on when the caller hangs up.
            let busy = orders.server.stop.busy();
            let running = crate::server::request_id::current().unwrap_or_default();
            let saga = tokio::spawn(crate::server::request_id::within(running, async move {
                let ended = saga::drive(&task, order, &lease).await;
                drop((place, busy));
                ended
            }));
            match timeout_at(until, saga).await {
                Ok(Ok(Some(order))) => Ok(reply(&order, false)?),
                // Not ended: somebody takes it up again.
                _ => waited(orders, &id, until).await,
            }
        }
        Accepted::Known(order) => {
            drop(place);
            if (order.product, order.quantity) != (wanted.product, wanted.quantity) {
                return Err(Problem::new(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "this Idempotency-Key was used for another order; nothing was done",
                ));
            }
            match order.is_pending() {
                false => Ok(reply(&order, true)?),
                true => waited(orders, &order.id, until).await,
            }
        }
    }
}

/// Waits until the order has ended, however that comes about. A database that is busy or away meanwhile changes nothing
/// about it: the order is under way, and whoever was told 429 would take it for never begun.
async fn waited(orders: &Orders, id: &String, until: Instant) -> Result<Response, Problem> {
    loop {
        match orders.find(id).await {
            Ok(Some(order)) if !order.is_pending() => return reply(&order, true),
            _ if Instant::now() + LOOK >= until => {
                return Err(Problem::late(format!("the order is under way; follow it at /orders/{id}")));
            }
            _ => sleep(LOOK).await,
        }
    }
}

/// The reply to whoever placed it: 201, or why it was cancelled.
pub(super) fn reply(order: &Order, replayed: bool) -> Result<Response, Problem> {
    if order.state == "cancelled" {
        let reason = order.reason.as_deref().unwrap_or("no reason was noted");
        return Err(Problem::new(order.refusal(), format!("the order was cancelled: {reason}")));
    }
    let mut response = (StatusCode::CREATED, Json(order.json())).into_response();
    let headers = response.headers_mut();
    headers.extend(location(&order.id));
    headers.extend(writer(order));
    if replayed {
        headers.insert(REPLAYED, HeaderValue::from_static("true"));
    }
    Ok(response)
}

/// Where the order can be followed.
pub(super) fn location(id: &str) -> HeaderMap {
    let value = HeaderValue::from_str(&format!("/orders/{id}")).ok();
    value.map(|value| (header::LOCATION, value)).into_iter().collect()
}

/// Which of the database's servers committed the order's last state.
pub(super) fn writer(order: &Order) -> HeaderMap {
    let value = order.writer.as_deref().and_then(|writer| HeaderValue::from_str(writer).ok());
    value.map(|value| (HeaderName::from_static("x-writer"), value)).into_iter().collect()
}
