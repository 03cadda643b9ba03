//! What the inventory has to show: reservations, and products with what is left and what was sold.

use super::Inventory;
use crate::audit::{self, Asked};
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::Value;
use std::sync::Arc;

const RESERVATIONS: &str = "SELECT seq, json_build_object('key', key, 'order', order_id, 'product', product,
        'quantity', quantity, 'state', state, 'seq', seq)::text
    FROM inventory.reservations WHERE seq > $1 AND ($3::text IS NULL OR state = $3) AND ($4::text IS NULL OR true)
    ORDER BY seq LIMIT $2";

/// Sold is reckoned from the reservations, not from the stock: two books that must agree.
const PRODUCTS: &str =
    "SELECT product, json_build_object('key', product::text, 'product', product, 'initial', initial,
        'left', units_left, 'sold', (SELECT coalesce(sum(quantity), 0)::bigint FROM inventory.reservations r
            WHERE r.product = stock.product AND r.state = 'reserved'))::text
    FROM inventory.stock WHERE product > $1 AND ($3::text IS NULL OR true) AND ($4::text IS NULL OR true)
    ORDER BY product LIMIT $2";

/// Both or neither: the server makes one transaction of them.
const EMPTY: &str = "TRUNCATE inventory.reservations; UPDATE inventory.stock SET units_left = initial";

/// `DELETE /audit/stock`: no reservations, and every piece is back.
pub(super) async fn empty(State(inventory): State<Arc<Inventory>>) -> Result<StatusCode, Problem> {
    audit::empty(&inventory.database, EMPTY).await
}

/// `GET /audit/stock`: every reservation.
pub(super) async fn reservations(
    State(inventory): State<Arc<Inventory>>,
    query: Asked,
) -> Result<Json<Value>, Problem> {
    audit::page(&inventory.database, RESERVATIONS, query).await
}

/// `GET /audit/products`: every product's stock.
pub(super) async fn products(
    State(inventory): State<Arc<Inventory>>,
    query: Asked,
) -> Result<Json<Value>, Problem> {
    audit::page(&inventory.database, PRODUCTS, query).await
}
