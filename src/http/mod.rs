//! Connections: HTTP/1.1 of our own, HTTP/2, TLS. Tells exactly what was sent and when, and retries nothing.
//!
//! A worker thread has one [`Client`] and as many [`Pool`]s as it likes. `h1` and `h2` carry out an exchange; `watch` ends
//! it at its deadline or at a cut; `connect` makes connections.

mod client;
mod coding;
mod config;
mod connect;
mod h1;
mod h2;
mod headers;
mod message;
mod origin;
mod pinned;
mod pool;
mod socket;
mod stream;
mod tls;
mod trouble;
mod watch;

pub use client::Client;
pub use coding::decoded;
pub use config::{ClientConfig, Version};
pub use headers::{Fields, Headers};
pub use message::{Exchange, Request, Response, Trouble};
pub use origin::{Origin, parse_url};
pub use pool::Pool;
pub use tls::tls_config;
