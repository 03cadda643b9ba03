//! Around every request: its id, who answers, a count, a line in the log when it fails.

use super::{Server, request_id};
use crate::{log, metrics, problem};
use axum::extract::{MatchedPath, Request, State};
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;
use std::time::Instant;

/// Every reply says who made it and carries the request's id; every request is counted and timed.
pub async fn sign(State(server): State<Arc<Server>>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let header = request.headers().get(request_id::HEADER).and_then(|value| value.to_str().ok());
    let id = request_id::taken_over(header);
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("other", MatchedPath::as_str).to_owned();
    let value = HeaderValue::from_str(&id).ok();
    let mut response = request_id::within(id, async {
        let response = problem::unify(next.run(request).await).await;
        let status = response.status();
        metrics::count(
            "refshop_requests_total",
            format!("method=\"{method}\",route=\"{route}\",status=\"{}\"", status.as_u16()),
        );
        metrics::took("refshop_request_seconds", format!("route=\"{route}\""), started.elapsed());
        if server.log_all || status.is_server_error() {
            let took = started.elapsed().as_millis();
            log::info(
                "request",
                &[("method", &method), ("route", &route), ("status", &status.as_u16()), ("took_ms", &took)],
            );
        }
        response
    })
    .await;
    let headers = response.headers_mut();
    headers.insert("x-instance", server.signature.clone());
    headers.insert("x-version", server.version.clone());
    if let Some(value) = value {
        headers.insert(request_id::HEADER, value);
    }
    response
}
