//! An operation, a request, a step and a fault, as the checkers see them.

use super::Text;
use crate::event::{Nanos, Outcome, StepId};

/// What a user wanted once, all its attempts together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Op {
    /// Its number in the record.
    pub op: u64,
    /// The session that did it.
    pub session: u64,
    /// The operation that it repeats on purpose.
    pub replay_of: Option<u64>,
    /// Whether it repeats that one with another payload.
    pub other: bool,
    /// The key of its effect or read. Absent where it is told by a reply that never came.
    pub key: Option<Text>,
    /// The value written or read.
    pub value: Option<Text>,
    /// The version written or read.
    pub version: Option<i64>,
    /// What identifies the reply, where the plan repeats the step: equal replies have equal ones.
    pub reply: Option<u64>,
    /// When the first byte of its first attempt was written: it cannot have had an effect before.
    pub invoke: Nanos,
    /// When the first attempt that was ok ended, else the last attempt: if it was ok, it had its effect by then.
    pub done: Nanos,
    /// The step.
    pub step: StepId,
    /// The status of the last attempt.
    pub status: Option<u16>,
    /// Who answered the last attempt, by `History::instances`.
    pub instance: Option<u16>,
    /// How many requests it made.
    pub attempts: u16,
    /// Whether it took effect: the attempts' outcomes joined.
    pub outcome: Outcome,
    /// Whether the user got what the plan expects.
    pub good: bool,
}

impl Op {
    /// Whether its effect was there for certain when it was done: it took effect, and was not merely accepted for later
    /// (202).
    pub fn is_done(&self) -> bool {
        self.outcome == Outcome::Ok && self.status != Some(202)
    }
}

/// One request: for what is promised of requests and not of operations (limits, balance).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Call {
    /// The step.
    pub step: StepId,
    /// The key.
    pub key: Option<Text>,
    /// When its first byte was written.
    pub sent: Nanos,
    /// When it was over.
    pub end: Nanos,
    /// Whether it took effect.
    pub outcome: Outcome,
    /// The status.
    pub status: Option<u16>,
    /// Who answered.
    pub instance: Option<u16>,
}

/// What a step does to a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It changes it.
    Effect,
    /// It reads it.
    Read,
}

/// What verification needs of a step; its place in `History::steps` is the number in the record.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StepMark {
    /// Its name.
    pub name: String,
    /// What it does, and to what kind of thing; absent where the plan marks nothing.
    pub mark: Option<(Role, String)>,
    /// Whether it deletes what it names.
    pub deletes: bool,
    /// Whether it belongs to the load.
    pub load: bool,
}

/// An instance that answered, or of which the deployment consists.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Instance {
    /// Its name.
    pub name: String,
    /// Its service.
    pub service: Option<String>,
}

/// A fault that was in force.
#[derive(Clone, Debug, PartialEq)]
pub struct FaultSpan {
    /// The plan's id, with `#n` where it struck again.
    pub name: String,
    /// What it struck.
    pub targets: Vec<String>,
    /// When it was confirmed to be in force.
    pub from: Nanos,
    /// When it was gone; [`Nanos::MAX`] if never.
    pub to: Nanos,
}
