//! Network faults seen from outside: in network namespaces that the tests make, and on containers.
//!
//! They need root and the `ip` and `nft` programs, the latter part also Docker; without them they skip and say so.
#![cfg(target_os = "linux")]
#![allow(clippy::print_stdout, reason = "who runs the tests is told what was not tested")]

#[path = "network/project.rs"]
mod project;
#[path = "support/skipping.rs"]
mod skipping;
#[path = "network/support.rs"]
mod support;
#[path = "support/waiting.rs"]
mod waiting;

#[path = "network/containers.rs"]
mod containers;
#[path = "network/dns.rs"]
mod dns;
#[path = "network/packets.rs"]
mod packets;
#[path = "network/redirect.rs"]
mod redirect;
#[path = "network/safety.rs"]
mod safety;
#[path = "network/wall.rs"]
mod wall;
