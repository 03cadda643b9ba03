//! Faults that know HTTP/1.1: a share of the requests is answered by us, answered late, or carried out with the reply
//! dropped. Everything else streams through byte for byte; what is no HTTP/1.1 (an upgrade, HTTP/2, TLS) does so from there on.

mod body;
mod exchange;
mod head;
mod intake;
mod relay;
mod rule;

pub(super) use relay::relay;
pub use rule::Rule;
pub(super) use rule::Rulebook;
