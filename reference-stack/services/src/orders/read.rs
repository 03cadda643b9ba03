//! `GET /orders/{id}`: how an order is. One that was accepted for later and not begun is pending: its id says that we
//! gave it out.

use super::{Orders, place};
use crate::ids;
use crate::problem::Problem;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::sync::Arc;

/// See the file's head.
pub(super) async fn one(
    State(orders): State<Arc<Orders>>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let Some(order) = orders.find(&id).await? else {
        return match ids::is_ours(&orders.settings.secret, &id) {
            true => Ok(pending(json!({ "id": id, "status": "pending" }))),
            false => Err(Problem::not_found("there is no such order")),
        };
    };
    let mut body = order.json();
    if let Some(reason) = &order.reason {
        body["reason"] = reason.as_str().into();
    }
    let mut response = if order.is_pending() { pending(body) } else { Json(body).into_response() };
    response.headers_mut().extend(place::writer(&order));
    Ok(response)
}

fn pending(body: Value) -> Response {
    let mut response = Json(body).into_response();
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    response
}
