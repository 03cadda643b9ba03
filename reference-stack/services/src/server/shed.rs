//! Load shedding: so many requests at once, and each within its time. One more gets 429 before anything is done for it,
//! so that the caller knows that nothing was; there is no queue that could grow. `SHEDDING=off` lets everybody in, and
//! everybody waits.
//!
//! A request with an idempotency key gets 503 instead. The proxies in front try such a one at a second instance when the
//! first is too slow, and then only the second one's answer arrives: its "nothing was done" would be a lie about the first.

use super::Server;
use crate::environment::Environment;
use crate::metrics;
use crate::problem::Problem;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// `SHEDDING`: whether what is too much is turned away.
pub fn is_on(environment: &Environment) -> Result<bool, String> {
    environment.on("SHEDDING")
}

/// `MAX_IN_FLIGHT`: requests at once.
pub(super) fn room(environment: &Environment) -> Result<usize, String> {
    let room = environment.number("MAX_IN_FLIGHT", 64, 1..=10_000)?;
    Ok(if is_on(environment)? { room } else { Semaphore::MAX_PERMITS })
}

/// Lets a request in if there is room for it.
pub async fn limit(State(server): State<Arc<Server>>, request: Request, next: Next) -> Response {
    let keyed = request.headers().contains_key("idempotency-key");
    let response = limited(&server, request, next).await;
    if keyed && response.status() == StatusCode::TOO_MANY_REQUESTS {
        return Problem::unavailable("there is too much to do; another instance may have done it")
            .into_response();
    }
    response
}

async fn limited(server: &Server, request: Request, next: Next) -> Response {
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
