//! Pacing and virtual users: sends the plan's users through their flows at the planned times, and records what came of it.
//!
//! `schedule` says when, without a clock; an executor (`open`, `closed`, `goose`) says who starts; a worker is a thread with
//! connections, users and rows of its own; the engine is all of them together.

mod bell;
mod buffer;
mod closed;
mod crew;
mod engine;
#[cfg(feature = "goose")]
mod goose;
mod limits;
mod open;
mod report;
mod schedule;
mod signal;
mod station;
mod tally;
#[cfg(test)]
mod tests;
mod timer;
mod users;
mod walks;
mod worker;

pub use engine::most_in_flight;
pub use engine::{Engine, Sinks};
pub use limits::{check_file_limit, raise_file_limit};
pub use report::LoadReport;
pub use schedule::{Arrival, Curve, Pacer, Piece, Shift, Span, Timeline, shifts, timeline};
