//! Giving the money back. An order that was never charged is noted as refunded: the charge that is still under way comes
//! too late.

use super::Payments;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

const REFUND: &str = "UPDATE payments.charges SET state = 'refunded' WHERE order_id = $1 RETURNING 1";
/// Nothing was charged, and nothing will be.
const NEVER: &str = "INSERT INTO payments.charges (charge_id, order_id, key, amount, state)
    VALUES ($1, $1, $2, 0, 'refunded') ON CONFLICT (charge_id) DO UPDATE SET state = 'refunded'";

/// Which order.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    order: String,
    #[serde(default)]
    key: String,
}

/// `POST /refunds`: the same however often.
pub(super) async fn post(
    State(payments): State<Arc<Payments>>,
    body: Result<Json<Wanted>, JsonRejection>,
) -> Result<Json<Value>, Problem> {
    let Json(Wanted { order, key }) = body.map_err(|error| Problem::bad_request(error.body_text()))?;
    payments.provider.decide_undo().await?;
    if payments.database.query(REFUND, &[&order]).await?.is_empty() {
        payments.database.query(NEVER, &[&order, &key]).await?;
    }
    Ok(Json(json!({ "order": order, "state": "refunded" })))
}
