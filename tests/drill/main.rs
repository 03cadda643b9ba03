//! The verdict drill: a run that passes, and each way in which it could prove nothing, made to happen for real: the verdict
//! is then Unknown, with the reason. And an honest deployment passes, whatever others and earlier runs left in its store.
//!
//! A scene is a test. It starts a shop (`shop.rs`), runs plans against it on a `Desk` of its own (`scene.rs`) and asserts
//! the verdict of each objective and invariant by id. A new way to prove nothing is a new test in the file of its kind.
#![allow(clippy::print_stdout, reason = "what was run is shown where a scene fails")]

#[path = "../support/mod.rs"]
mod support;

mod earlier_runs;
mod faults;
mod final_reads;
mod others;
mod scene;
mod shop;
mod store;
