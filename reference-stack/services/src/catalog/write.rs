//! Writes of products: on the primary, then into the cache, so that nobody who asks after the reply reads the old one
//! from there. `CACHE_INVALIDATION=off` leaves the cache as it was.

use super::Catalog;
use super::read::json;
use super::source;
use crate::problem::Problem;
use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::sync::Arc;

const PUT: &str = "UPDATE catalog.products SET price = $2, version = version + 1 WHERE id = $1
    RETURNING version, json_build_object('id', id, 'name', name, 'price', price, 'version', version)::text,
    false, nullif(coalesce(current_setting('shop.node', true), host(inet_server_addr())), '')";

/// The new price.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    price: i64,
}

/// `PUT /products/{id}` with `{"price": 4200}`: the version rises by one.
pub(super) async fn put(
    State(catalog): State<Arc<Catalog>>,
    id: Result<Path<i64>, PathRejection>,
    body: Result<Json<Wanted>, JsonRejection>,
) -> Result<Response, Problem> {
    let Path(id) = id.map_err(|error| Problem::bad_request(error.body_text()))?;
    let Json(wanted) = body.map_err(|error| Problem::bad_request(error.body_text()))?;
    if wanted.price < 0 {
        return Err(Problem::bad_request("a price is not negative"));
    }
    let rows = catalog.primary.query(PUT, &[&id, &wanted.price]).await?;
    let row = rows.first().ok_or_else(|| Problem::not_found(format!("there is no product {id}")))?;
    let text: String = row.get(1);
    if catalog.settings.invalidation {
        catalog.shelf.keep(id, row.get(0), &text).await;
    }
    Ok((source::of_row(row), json(text)).into_response())
}
