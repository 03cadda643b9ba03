//! Toxiproxy's HTTP interface, and a little of our own beside it.
//!
//! Field names in any case, unknown fields ignored, whatever follows the first JSON value ignored, the content type ignored:
//! published clients count on each of these.

mod answer;
mod fields;
mod metrics;
mod proxies;
mod read;
mod request_id;
mod rules;
mod service;
mod struck;
mod toxics;

pub(super) use read::config;
pub use service::{VERSION, serve};
