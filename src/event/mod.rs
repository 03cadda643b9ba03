//! The vocabulary that all rooms share: what happened, when, and to whom.
//!
//! Types only. Nothing here does I/O except [`Clock::now`], which reads the run's one clock, and [`Limit::value`], which asks
//! the system for a limit.

mod attempt;
mod clock;
mod error_kind;
mod fault;
mod limit;
mod log;
mod outcome;
mod phase;
mod sample;
mod sink;
mod stack;
mod struck;

pub use attempt::{Attempt, Sent, StepId};
pub use clock::{Clock, Nanos};
pub use error_kind::ErrorKind;
pub use fault::{FaultEvent, FaultStage};
pub use limit::Limit;
pub use log::{Event, Exchange, LoadEvent, Timed};
pub use outcome::Outcome;
pub use phase::Phase;
pub use sample::Sample;
pub use sink::{BatchSink, EventSink, SampleSink};
pub use stack::{StackChange, StackEvent};
pub use struck::{Struck, Tally, TargetStruck, Unit};
