//! Shipping an order, and cancelling that. An order cancelled before it was shipped is noted: the shipment that is still
//! under way comes too late.

use super::Shipments;
use crate::problem::Problem;
use crate::provider::{Fate, Provider};
use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

const SHIP: &str = "INSERT INTO shipments.shipments (order_id, key, product, quantity, state)
    VALUES ($1, $2, $3, $4, 'live') ON CONFLICT (order_id) DO NOTHING RETURNING 1";
const STATE: &str = "SELECT state FROM shipments.shipments WHERE order_id = $1";
const CANCEL: &str = "INSERT INTO shipments.shipments (order_id, key, product, quantity, state)
    VALUES ($1, $2, 0, 0, 'cancelled') ON CONFLICT (order_id) DO UPDATE SET state = 'cancelled'";

/// What to ship.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    order: String,
    key: String,
    product: i64,
    quantity: i64,
}

/// The client's key, for the audit.
#[derive(Debug, Deserialize)]
pub(super) struct Known {
    #[serde(default)]
    key: String,
}

/// `POST /shipments`: 201, or 200 if it was there; 409 when the carrier refuses or the order was cancelled.
pub(super) async fn post(
    State(shipments): State<Arc<Shipments>>,
    body: Result<Json<Wanted>, JsonRejection>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let Json(Wanted { order, key, product, quantity }) =
        body.map_err(|error| Problem::bad_request(error.body_text()))?;
    let fate = shipments.provider.decide().await?;
    if fate == Fate::Refused {
        return Err(Problem::new(StatusCode::CONFLICT, "the carrier refuses"));
    }
    let made = shipments.database.query(SHIP, &[&order, &key, &product, &quantity]).await?;
    let status = if made.is_empty() {
        let rows = shipments.database.query(STATE, &[&order]).await?;
        match rows.first().map(|row| row.get::<_, String>(0)).as_deref() {
            Some("live") => StatusCode::OK,
            _ => {
                return Err(Problem::new(
                    StatusCode::CONFLICT,
                    "the order was cancelled before it was shipped",
                ));
            }
        }
    } else {
        StatusCode::CREATED
    };
    if fate == Fate::Hanging {
        return Err(Provider::hang().await);
    }
    Ok((status, Json(json!({ "order": order, "state": "live" }))))
}

/// `DELETE /shipments/{order}?key=…`: the same however often.
pub(super) async fn delete(
    State(shipments): State<Arc<Shipments>>,
    Path(order): Path<String>,
    Query(known): Query<Known>,
) -> Result<Json<Value>, Problem> {
    shipments.provider.decide_undo().await?;
    shipments.database.query(CANCEL, &[&order, &known.key]).await?;
    Ok(Json(json!({ "order": order, "state": "cancelled" })))
}
