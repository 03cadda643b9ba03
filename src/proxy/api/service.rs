//! The routes, and who may use them.

use super::answer::plain;
use super::{metrics, proxies, request_id::request_id, rules, struck, toxics};
use crate::proxy::{Error, Proxies, limits};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, USER_AGENT};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use std::io;
use std::sync::Arc;
use tokio::net::TcpListener;

/// What `GET /version` says: Toxiproxy's version whose interface this is, and ours.
pub const VERSION: &str = concat!("2.12.0+shakedown.", env!("CARGO_PKG_VERSION"));

/// All proxies, for every handler.
pub(super) type Shared = axum::extract::State<Arc<Proxies>>;
/// A reply, or what Toxiproxy says in its place.
pub(super) type Reply = Result<Response, Error>;

/// Serves the interface on this listener until `stop` is done.
pub async fn serve(
    listener: TcpListener,
    proxies: Arc<Proxies>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    axum::serve(listener, routes(proxies)).with_graceful_shutdown(stop).await
}

fn routes(all: Arc<Proxies>) -> Router {
    Router::new()
        .route("/proxies", get(proxies::index).post(proxies::create))
        .route("/populate", post(proxies::populate))
        .route("/reset", post(proxies::reset))
        .route(
            "/proxies/{proxy}",
            get(proxies::show).post(proxies::update).patch(proxies::update).delete(proxies::delete),
        )
        .route("/proxies/{proxy}/toxics", get(toxics::index).post(toxics::create))
        .route(
            "/proxies/{proxy}/toxics/{toxic}",
            get(toxics::show).post(toxics::update).patch(toxics::update).delete(toxics::delete),
        )
        .route("/proxies/{proxy}/http", get(rules::index).post(rules::set))
        .route("/proxies/{proxy}/http/{rule}", axum::routing::delete(rules::delete))
        .route("/version", get(version))
        .route("/metrics", get(metrics::show))
        .route("/proxies/{proxy}/struck/{name}", get(struck::show))
        .route_layer(from_fn(no_browsers))
        .route_layer(from_fn(request_id))
        .fallback(unknown)
        .layer(DefaultBodyLimit::max(limits::BODY))
        .with_state(all)
}

async fn version() -> Response {
    ([(CONTENT_TYPE, "application/json;charset=utf-8")], format!("{{\"version\": \"{VERSION}\"}}\n"))
        .into_response()
}

async fn unknown() -> Response {
    plain(StatusCode::NOT_FOUND, "404 page not found")
}

/// A page in a browser must not be able to drive a proxy on this machine.
async fn no_browsers(request: Request, next: Next) -> Response {
    let agent = request.headers().get(USER_AGENT).map(|agent| agent.as_bytes());
    if agent.is_some_and(|agent| agent.starts_with(b"Mozilla/")) {
        return plain(StatusCode::FORBIDDEN, "User agent not allowed");
    }
    next.run(request).await
}
