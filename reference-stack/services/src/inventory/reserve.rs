//! Reserving stock for an order: once per order, however often it is asked for.

use super::{Inventory, StockCheck};
use crate::database::DbError;
use crate::problem::Problem;
use crate::provider::{Fate, Provider};
use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Takes the stock and writes the reservation, or neither. A reservation that another request is writing at this moment
/// breaks the primary key, and the stock is as it was.
const CHECKED: &str = "WITH taken AS (
        UPDATE inventory.stock SET units_left = units_left - $4 WHERE product = $3 AND units_left >= $4
        AND NOT EXISTS (SELECT 1 FROM inventory.reservations WHERE order_id = $1) RETURNING product)
    INSERT INTO inventory.reservations (order_id, key, product, quantity, state)
    SELECT $1, $2, product, $4, 'reserved' FROM taken RETURNING 1";

const UNCHECKED: &str = "WITH taken AS (
        UPDATE inventory.stock SET units_left = units_left - $4 WHERE product = $3
        AND NOT EXISTS (SELECT 1 FROM inventory.reservations WHERE order_id = $1) RETURNING product)
    INSERT INTO inventory.reservations (order_id, key, product, quantity, state)
    SELECT $1, $2, product, $4, 'reserved' FROM taken RETURNING 1";

/// Writes what was reckoned from an earlier look ($5), whatever has happened since.
const RECKONED: &str = "WITH taken AS (
        UPDATE inventory.stock SET units_left = $5 WHERE product = $3
        AND NOT EXISTS (SELECT 1 FROM inventory.reservations WHERE order_id = $1) RETURNING product)
    INSERT INTO inventory.reservations (order_id, key, product, quantity, state)
    SELECT $1, $2, product, $4, 'reserved' FROM taken RETURNING 1";

const LEFT: &str = "SELECT units_left FROM inventory.stock WHERE product = $1";
const STATE: &str = "SELECT state FROM inventory.reservations WHERE order_id = $1";

/// What to reserve.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    order: String,
    key: String,
    product: i64,
    quantity: i64,
}

/// `POST /reservations`: 201, or 200 if it was there; 409 when there is not enough or the order was released.
pub(super) async fn post(
    State(inventory): State<Arc<Inventory>>,
    body: Result<Json<Wanted>, JsonRejection>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let Json(wanted) = body.map_err(|error| Problem::bad_request(error.body_text()))?;
    if wanted.quantity < 1 {
        return Err(Problem::bad_request("quantity must be at least 1"));
    }
    let fate = inventory.provider.decide().await?;
    if fate == Fate::Refused {
        return Err(Problem::new(StatusCode::CONFLICT, "the warehouse refuses"));
    }
    let made = match take(&inventory, &wanted).await {
        Ok(made) => made,
        Err(error) if error.is_duplicate() => false,
        Err(error) => return Err(error.into()),
    };
    let status = if made { StatusCode::CREATED } else { explain(&inventory, &wanted).await? };
    if fate == Fate::Hanging {
        return Err(Provider::hang().await);
    }
    Ok((status, Json(json!({ "order": wanted.order, "state": "reserved" }))))
}

async fn take(inventory: &Inventory, wanted: &Wanted) -> Result<bool, DbError> {
    let Wanted { order, key, product, quantity } = wanted;
    let database = &inventory.database;
    let rows = match inventory.check {
        StockCheck::On => database.query(CHECKED, &[order, key, product, quantity]).await?,
        StockCheck::Off => database.query(UNCHECKED, &[order, key, product, quantity]).await?,
        StockCheck::Racy => {
            let left: i64 = match database.query(LEFT, &[product]).await?.first() {
                Some(row) => row.get(0),
                None => return Ok(false),
            };
            if left < *quantity {
                return Ok(false);
            }
            // Time enough for somebody else to look as well.
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            database.query(RECKONED, &[order, key, product, quantity, &(left - quantity)]).await?
        }
    };
    Ok(!rows.is_empty())
}

/// Why nothing was taken.
async fn explain(inventory: &Inventory, wanted: &Wanted) -> Result<StatusCode, Problem> {
    let rows = inventory.database.query(STATE, &[&wanted.order]).await?;
    match rows.first().map(|row| row.get::<_, String>(0)).as_deref() {
        Some("reserved") => Ok(StatusCode::OK),
        Some(_) => Err(Problem::new(StatusCode::CONFLICT, "the order was released before it was reserved")),
        None => {
            let rows = inventory.database.query(LEFT, &[&wanted.product]).await?;
            let left = rows.first().map(|row| row.get::<_, i64>(0));
            let left =
                left.ok_or_else(|| Problem::not_found(format!("there is no product {}", wanted.product)))?;
            Err(Problem::new(StatusCode::CONFLICT, format!("out of stock: {left} left")))
        }
    }
}
