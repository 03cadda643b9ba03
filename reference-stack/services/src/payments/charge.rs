//! Charging for an order.

use super::Payments;
use crate::ids;
use crate::problem::Problem;
use crate::provider::{Fate, Provider};
use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// One row per charge; a second one with the same id is none.
const CHARGE: &str = "INSERT INTO payments.charges (charge_id, order_id, key, amount, state)
    VALUES ($1, $2, $3, $4, 'live') ON CONFLICT (charge_id) DO NOTHING RETURNING 1";
const STATE: &str = "SELECT state FROM payments.charges WHERE charge_id = $1";

/// What to charge.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    order: String,
    key: String,
    amount: i64,
}

/// `POST /charges`: 201, or 200 if it was done before; 402 when the provider declines, 409 after a refund.
pub(super) async fn post(
    State(payments): State<Arc<Payments>>,
    body: Result<Json<Wanted>, JsonRejection>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let Json(Wanted { order, key, amount }) =
        body.map_err(|error| Problem::bad_request(error.body_text()))?;
    if amount < 0 {
        return Err(Problem::bad_request("amount is not negative"));
    }
    // What is charged stays charged, whatever the provider feels like now.
    let before = if payments.idempotent { state(&payments, &order).await? } else { None };
    let fate = match before {
        Some(_) => Fate::Served,
        None => payments.provider.decide().await?,
    };
    if fate == Fate::Refused {
        return Err(Problem::new(StatusCode::PAYMENT_REQUIRED, "the provider declines the charge"));
    }
    let id = if payments.idempotent { order.clone() } else { ids::ascending() };
    let made = payments.database.query(CHARGE, &[&id, &order, &key, &amount]).await?;
    let status = match made.is_empty() {
        false => StatusCode::CREATED,
        true if state(&payments, &order).await?.as_deref() == Some("live") => StatusCode::OK,
        true => {
            return Err(Problem::new(StatusCode::CONFLICT, "the order was refunded before it was charged"));
        }
    };
    if fate == Fate::Hanging {
        return Err(Provider::hang().await);
    }
    Ok((status, Json(json!({ "order": order, "state": "live" }))))
}

async fn state(payments: &Payments, order: &String) -> Result<Option<String>, Problem> {
    Ok(payments.database.query(STATE, &[order]).await?.first().map(|row| row.get(0)))
}
