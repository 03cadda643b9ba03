//! What the tests need: servers, services, a client.

mod client;
mod leash;
mod postgres;
mod rabbit;
mod redis;
mod scene;
mod service;
mod shop;
mod standby;

pub use client::{Reply, request};
pub use redis::{Redis, Sentinel};
pub use scene::{Scene, scene};
pub use service::Service;
pub use shop::{Shop, order, try_order};
pub use standby::Standby;

use std::time::{Duration, Instant};

/// Asks again and again until there is an answer; bounded.
pub fn eventually<T>(what: &str, ask: impl FnMut() -> Option<T>) -> T {
    within(Duration::from_secs(20), what, ask)
}

/// The same with a bound of one's own.
pub fn within<T>(bound: Duration, what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let until = Instant::now() + bound;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < until, "not within {} s: {what}", bound.as_secs());
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A port that nobody uses now.
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("bound").port()
}
