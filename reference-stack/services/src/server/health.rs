//! How this instance is. Ready means: started, migrated and not about to end. Whether database, cache and broker answer
//! does not matter here: they are shared, and a failover of theirs must not take every instance out of the balancer.

use super::Server;
use crate::metrics;
use axum::extract::State;
use axum::http::StatusCode;
use std::sync::Arc;

/// `GET /health/live`.
pub async fn live() -> &'static str {
    "live\n"
}

/// `GET /health/ready`.
pub async fn ready(State(server): State<Arc<Server>>) -> (StatusCode, &'static str) {
    match *server.ready.borrow() {
        true => (StatusCode::OK, "ready\n"),
        false => (StatusCode::SERVICE_UNAVAILABLE, "ending\n"),
    }
}

/// `GET /metrics`.
pub async fn metrics(State(server): State<Arc<Server>>) -> String {
    let room = server.in_flight.available_permits();
    format!("{}# TYPE refshop_room gauge\nrefshop_room {room}\n", metrics::text())
}
