//! Experiments on the program itself: real runs with real processes and real time, one after another.
//!
//! `cargo test --release --test experiments -- --test-threads=1`. What is compared with a theory is computed here from the
//! plan and from what was observed, never from the program's own figures.

#![allow(clippy::print_stdout, reason = "an experiment prints its figures")]

mod checkers;
mod docker_timing;
mod frozen;
#[cfg(feature = "goose")]
mod goose;
mod hostile;
mod killed;
mod linear;
#[cfg(target_os = "linux")]
#[allow(dead_code, reason = "the tests of network faults use the rest")]
#[path = "../network/support.rs"]
mod network;
#[cfg(target_os = "linux")]
mod packets;
mod promises;
mod proxy;
mod quickstart;
mod recovery;
mod red;
mod report;
mod same_seed;
mod scarce;
#[path = "../support/skipping.rs"]
mod skipping;
mod support;
#[path = "../support/waiting.rs"]
mod waiting;
