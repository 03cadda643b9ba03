//! Reads of products.

use super::Catalog;
use super::source::{self, From};
use crate::problem::Problem;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::sync::Arc;

const ONE: &str =
    "SELECT version, json_build_object('id', id, 'name', name, 'price', price, 'version', version)::text,
    pg_is_in_recovery(), nullif(coalesce(current_setting('shop.node', true), host(inet_server_addr())), '')
    FROM catalog.products WHERE id = $1";

const LIST: &str =
    "SELECT json_build_object('id', id, 'name', name, 'price', price, 'version', version)::text,
    pg_is_in_recovery(), nullif(coalesce(current_setting('shop.node', true), host(inet_server_addr())), '')
    FROM catalog.products WHERE id > $1 ORDER BY id LIMIT $2";

/// What to read.
#[derive(Debug, Deserialize)]
pub(super) struct Wish {
    limit: Option<i64>,
    #[serde(default)]
    after: i64,
    from: Option<From>,
}

type Asked = Result<Query<Wish>, QueryRejection>;

fn wish(query: Asked) -> Result<Wish, Problem> {
    query.map(|Query(wish)| wish).map_err(|error| Problem::bad_request(error.body_text()))
}

/// `GET /products?limit=20&after=ID`: a page; always from a database.
pub(super) async fn list(State(catalog): State<Arc<Catalog>>, query: Asked) -> Result<Response, Problem> {
    let wish = wish(query)?;
    let limit = wish.limit.unwrap_or(20);
    if !(1..=1_000).contains(&limit) {
        return Err(Problem::bad_request("limit must be from 1 to 1000"));
    }
    let rows = source::rows(&catalog, wish.from, LIST, &[&wish.after, &limit]).await?;
    let items: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    let headers = rows.first().map(source::of_row).unwrap_or_default();
    Ok((headers, json(format!("{{\"items\":[{}]}}", items.join(",")))).into_response())
}

/// `GET /products/{id}?from=replica|primary`.
pub(super) async fn one(
    State(catalog): State<Arc<Catalog>>,
    id: Result<Path<i64>, PathRejection>,
    query: Asked,
) -> Result<Response, Problem> {
    let Path(id) = id.map_err(|error| Problem::bad_request(error.body_text()))?;
    let wish = wish(query)?;
    if wish.from.is_none()
        && let Some(found) = catalog.shelf.find(id).await
    {
        return Ok((source::headers("cache", None), json(found)).into_response());
    }
    let rows = source::rows(&catalog, wish.from, ONE, &[&id]).await?;
    let row = rows.first().ok_or_else(|| Problem::not_found(format!("there is no product {id}")))?;
    let text: String = row.get(1);
    if wish.from.is_none() {
        catalog.shelf.keep(id, row.get(0), &text).await;
    }
    Ok((source::of_row(row), json(text)).into_response())
}

/// A reply whose body is JSON already.
pub(super) fn json(text: String) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], text)
}
