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
pub use scene::{Lack, Scene, scene};
pub use service::Service;
pub use shop::{Shop, order, try_order};
pub use standby::Standby;

use std::time::{Duration, Instant};

/// Asks again and again until there is an answer; bounded, for a slow machine that runs other tests as well.
pub fn eventually<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < until, "not within 60 s: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A port that nobody uses now, below those from which the kernel takes a client's: it is not taken in between by some
/// connection of another test.
pub fn free_port() -> u16 {
    let fit = |port: &u16| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok();
    let drawn = std::iter::repeat_with(|| fastrand::u16(20_000..32_000)).take(1_000);
    drawn.into_iter().find(fit).expect("a free port")
}
