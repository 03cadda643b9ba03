//! Experiments on the program itself: real runs with real processes and real time, one after another.
//!
//! `cargo test --release --test experiments -- --test-threads=1`. What is compared with a theory is computed here from the
//! plan and from what was observed, never from the program's own figures.

mod checkers;
mod docker_timing;
mod frozen;
#[cfg(feature = "goose")]
mod goose;
mod hostile;
mod killed;
mod linear;
mod quickstart;
mod red;
mod same_seed;
mod scarce;
mod support;
