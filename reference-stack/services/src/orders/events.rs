//! `POST /events`: an event without an order, for claims about queues.

use super::Orders;
use crate::crash;
use crate::problem::Problem;
use crate::server::request_id;
use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// One event per id, and one id per key: a retried request finds it there.
const INSERT: &str =
    "INSERT INTO orders.events (id, key, kind, poison, state, request) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (id) DO NOTHING RETURNING 1";

/// What happened.
#[derive(Debug, Deserialize)]
pub(super) struct Body {
    /// The client's key: the event is found by it again.
    key: String,
    #[serde(default = "kind")]
    kind: String,
    /// No consumer can digest it.
    #[serde(default)]
    poison: bool,
}

fn kind() -> String {
    "event".to_owned()
}

/// `POST /events` with `{"key": "e-1"}`: 202 when it is committed.
pub(super) async fn post(
    State(orders): State<Arc<Orders>>,
    body: Result<Json<Body>, JsonRejection>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let Json(Body { key, kind, poison }) = body.map_err(|error| Problem::bad_request(error.body_text()))?;
    if key.is_empty() || key.len() > 200 || kind.len() > 50 {
        return Err(Problem::bad_request("key has 1 to 200 characters, kind at most 50"));
    }
    let id = orders.id_of(&key);
    let state = if orders.settings.outbox { "waiting" } else { "direct" };
    let request = request_id::current().unwrap_or_default();
    let made = orders.database.query(INSERT, &[&id, &key, &kind, &poison, &state, &request]).await?;
    if !made.is_empty() {
        crash::point("after-commit");
        orders.committed(&id, &key, &kind, poison).await;
    }
    Ok((StatusCode::ACCEPTED, Json(json!({ "event": id, "key": key }))))
}
