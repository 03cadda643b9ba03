//! The TCP fault proxy, compatible with Toxiproxy's HTTP interface; as a program of its own (`shakedown proxy`) and inside
//! a run. It uses nothing else of the house.
//!
//! [`Proxies`] holds [`Proxy`]s. Each listens, dials its upstream for every client, and lets both directions of the
//! connection pass through its toxics (`toxics`, one file each). [`serve`] offers all of that over HTTP.

mod address;
mod alarm;
mod api;
mod chain;
mod client;
mod connection;
mod counters;
mod dice;
mod error;
mod http;
mod item;
pub mod limits;
mod link;
mod listener;
mod program;
mod proxies;
#[expect(clippy::module_inception, reason = "the thing itself")]
mod proxy;
mod shared;
mod toxic;
mod toxics;

pub use api::{VERSION, serve};
pub use client::Client;
pub use counters::Tally;
pub use error::Error;
pub use http::Rule;
pub use item::Stream;
pub use program::{Embedded, Program, Settings};
pub use proxies::Proxies;
pub use proxy::{Change, Proxy, Spec, View};
pub use toxic::Toxic;
pub use toxics::{KINDS, Kind};
