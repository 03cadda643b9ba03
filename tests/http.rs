//! Connections against servers that misbehave in every way we know.

#[path = "http/support.rs"]
mod support;

#[path = "http/connecting.rs"]
mod connecting;
#[path = "http/h1_hostile.rs"]
mod h1_hostile;
#[path = "http/h1_messages.rs"]
mod h1_messages;
#[path = "http/h1_pool.rs"]
mod h1_pool;
#[path = "http/h2.rs"]
mod h2;
#[path = "http/tls.rs"]
mod tls;
