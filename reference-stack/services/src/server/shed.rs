//! Load shedding: so many requests at once, and each within its time. One more gets 429 before anything is done for it,
//! so that the caller knows that nothing was; there is no queue that could grow.

use super::Server;
use crate::metrics;
use crate::problem::Problem;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Lets a request in if there is room for it.
pub async fn limit(State(server): State<Arc<Server>>, request: Request, next: Next) -> Response {
    if !server.ready.load(Ordering::Relaxed) && !server.stop.is_told() {
        return Problem::unavailable("this instance is still starting").into_response();
    }
    let Ok(_permit) = server.in_flight.try_acquire() else {
        metrics::count("refshop_shed_total", "");
        return Problem::overloaded("there is too much to do; nothing was done for this request")
            .into_response();
    };
    match tokio::time::timeout(server.within, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::late("this took too long here; it may still be done").into_response(),
    }
}
