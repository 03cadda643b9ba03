//! Carries out one user's steps: extraction, checks, retries, feeders.
//!
//! A plan's flows are compiled once into a [`Program`]: names become slot numbers, everything constant is written beforehand.
//! Each worker has a [`Runner`] that carries out sessions and hands every attempt to its [`AttemptSink`]. The pieces:
//! `compile` makes programs; `walker` goes from step to step; `operation` carries out a step with its retries; `judge`
//! says what came of an exchange, by `outcome`, `checks` and `extract`; `sample`, `mask` and `reason` tell it to people.

mod attempt;
mod checks;
mod compile;
mod condition;
mod cookies;
mod date;
mod encode;
mod extract;
mod feeder;
mod generate;
mod instances;
mod judge;
mod mask;
mod operation;
mod outcome;
mod program;
mod random;
mod reason;
mod replay;
mod request;
mod retry;
mod runner;
mod sample;
mod sink;
mod state;
mod text;
mod timer;
mod trace;
mod value;
mod walker;
mod world;

#[cfg(test)]
mod tests;

pub use crate::http::Pool;
pub use program::{Program, Scope, StepSpec};
pub use runner::Runner;
pub use sink::AttemptSink;
pub use state::Globals;
pub use timer::{Timer, TokioTimer};
pub use walker::{Ended, Start};
