//! What orders has to show: every order, and every event that was committed.

use super::Orders;
use crate::audit::{self, Asked};
use crate::broker::ACCEPTED;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::Value;
use std::sync::Arc;

const ORDERS: &str =
    "SELECT seq, json_build_object('key', key, 'order', id, 'product', product, 'quantity', quantity,
        'amount', amount, 'state', state, 'reason', reason, 'attempts', attempts,
        'confirmed', CASE WHEN state = 'confirmed' THEN amount ELSE 0 END, 'seq', seq)::text
    FROM orders.orders WHERE seq > $1 AND ($3::text IS NULL OR state = $3) AND ($4::text IS NULL OR true)
    ORDER BY seq LIMIT $2";

const EVENTS: &str = "SELECT seq, json_build_object('key', key, 'event', id, 'kind', kind, 'poison', poison,
        'state', state, 'seq', seq)::text
    FROM orders.events WHERE seq > $1 AND ($3::text IS NULL OR state = $3) AND ($4::text IS NULL OR kind = $4)
    ORDER BY seq LIMIT $2";

/// `DELETE /audit/orders`: no orders, no events; nothing waits to be published or to be begun.
pub(super) async fn empty(State(orders): State<Arc<Orders>>) -> Result<StatusCode, Problem> {
    orders.publisher.purge(&[ACCEPTED.into()]).await.map_err(Problem::unavailable)?;
    audit::empty(&orders.database, "TRUNCATE orders.orders, orders.events").await
}

/// `GET /audit/orders`.
pub(super) async fn orders(State(orders): State<Arc<Orders>>, query: Asked) -> Result<Json<Value>, Problem> {
    audit::page(&orders.database, ORDERS, query).await
}

/// `GET /audit/events`.
pub(super) async fn events(State(orders): State<Arc<Orders>>, query: Asked) -> Result<Json<Value>, Problem> {
    audit::page(&orders.database, EVENTS, query).await
}
