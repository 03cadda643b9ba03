//! Giving a reservation back. An order that was never reserved is noted as released: the reservation that is still under
//! way comes too late.

use super::Inventory;
use crate::problem::Problem;
use axum::Json;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

const RELEASE: &str = "WITH gone AS (
        UPDATE inventory.reservations SET state = 'released' WHERE order_id = $1 AND state = 'reserved'
        RETURNING product, quantity),
    back AS (
        UPDATE inventory.stock SET units_left = units_left + gone.quantity FROM gone
        WHERE stock.product = gone.product RETURNING 1)
    INSERT INTO inventory.reservations (order_id, key, product, quantity, state)
    SELECT $1, $2, 0, 0, 'released'
    WHERE NOT EXISTS (SELECT 1 FROM inventory.reservations WHERE order_id = $1)";

/// The client's key, for the audit.
#[derive(Debug, Deserialize)]
pub(super) struct Known {
    #[serde(default)]
    key: String,
}

/// `DELETE /reservations/{order}?key=…`: the same however often.
pub(super) async fn delete(
    State(inventory): State<Arc<Inventory>>,
    Path(order): Path<String>,
    Query(known): Query<Known>,
) -> Result<Json<Value>, Problem> {
    inventory.provider.decide_undo().await?;
    let released = inventory.database.query(RELEASE, &[&order, &known.key]).await;
    match released {
        // The reservation was written at this very moment: now it is there to be released.
        Err(error) if error.is_duplicate() => {
            inventory.database.query(RELEASE, &[&order, &known.key]).await?;
        }
        result => {
            result?;
        }
    }
    Ok(Json(json!({ "order": order, "state": "released" })))
}
