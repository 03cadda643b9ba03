//! Setting a product's stock, for plans: what is reserved stays, and what there was at the beginning is reckoned anew,
//! so that left and sold still add up to it.

use super::Inventory;
use crate::problem::Problem;
use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection};
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

const SET: &str = "INSERT INTO inventory.stock (product, initial, units_left) VALUES ($1, $2, $2)
    ON CONFLICT (product) DO UPDATE SET units_left = EXCLUDED.units_left, initial = EXCLUDED.units_left + (
        SELECT coalesce(sum(quantity), 0)::bigint FROM inventory.reservations
        WHERE product = $1 AND state = 'reserved')
    RETURNING initial";

/// What is left.
#[derive(Debug, Deserialize)]
pub(super) struct Left {
    left: i64,
}

/// `PUT /stock/{product}` with `{"left": 100}`.
pub(super) async fn put(
    State(inventory): State<Arc<Inventory>>,
    product: Result<Path<i64>, PathRejection>,
    body: Result<Json<Left>, JsonRejection>,
) -> Result<Json<Value>, Problem> {
    let Path(product) = product.map_err(|error| Problem::bad_request(error.body_text()))?;
    let Json(Left { left }) = body.map_err(|error| Problem::bad_request(error.body_text()))?;
    if left < 0 {
        return Err(Problem::bad_request("left is not negative"));
    }
    let rows = inventory.database.query(SET, &[&product, &left]).await?;
    let initial: Option<i64> = rows.first().map(|row| row.get(0));
    Ok(Json(json!({ "product": product, "left": left, "initial": initial })))
}
