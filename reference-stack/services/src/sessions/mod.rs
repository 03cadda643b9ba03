//! Sessions: who is logged in. Kept in Redis, in a signed cookie, or in this instance's memory (`SESSIONS`).

mod cookie;
mod memory;
mod remote;
mod routes;

use crate::cache::Redis;
use crate::environment::Environment;
use crate::server::Server;
use axum::Router;
use axum::routing::{get, post};
use cookie::Cookies;
use memory::Memory;
use remote::Remote;
use std::sync::Arc;
use std::time::Duration;

/// `SESSIONS`: where they are kept.
enum Store {
    /// Any instance finds them.
    Redis(Remote),
    /// Any instance can read them; none keeps them.
    Cookie(Cookies),
    /// Only this instance has them, for as long as it lives.
    Memory(Memory),
}

/// The role `sessions`.
pub async fn serve(environment: &Environment) -> Result<(), String> {
    let server = Server::new(environment)?;
    let seconds = environment.number("SESSION_TTL_S", 1_800_u64, 1..=86_400)?;
    let lifetime = Duration::from_secs(seconds);
    let store = match environment.choice("SESSIONS", &[("redis", 0), ("cookie", 1), ("memory", 2)])? {
        0 => {
            let within = environment.milliseconds("SESSION_TIMEOUT_MS", 500)?;
            Store::Redis(Remote::new(Redis::new(environment, within)?, lifetime))
        }
        1 => {
            let secret = environment.text("SESSION_SECRET").unwrap_or("not a secret: change it");
            Store::Cookie(Cookies::new(secret, lifetime))
        }
        _ => {
            let most = environment.number("SESSION_CAPACITY", 1_000_000_usize, 1..=10_000_000)?;
            Store::Memory(Memory::new(lifetime, most))
        }
    };
    let api = Router::new()
        .route("/login", post(routes::login))
        .route("/me", get(routes::me))
        .with_state(Arc::new(store));
    server.is_ready();
    server.run(api, Router::new()).await
}
