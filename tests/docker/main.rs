//! The Docker driver and the faults on containers, on a Compose project of three services. Without an engine every test
//! says so and returns.
#![cfg(target_os = "linux")]
#![allow(clippy::print_stdout, reason = "who runs the tests is told what was not tested")]

mod alone;
mod by_hand;
mod dump;
mod faults;
mod heal;
mod kinds;
#[path = "../support/matrix.rs"]
mod matrix;
mod messages;
mod projects;
#[path = "../support/skipping.rs"]
mod skipping;
mod struck;
mod support;
mod tls;
mod vanish;
#[path = "../support/waiting.rs"]
mod waiting;
