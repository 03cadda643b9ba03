//! Joins the attempts of an operation.

use crate::event::{Attempt, ErrorKind, Nanos, Outcome, StepId};
use std::collections::HashMap;

/// An operation: what the user wanted once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Operation {
    pub(super) step: StepId,
    /// The intended start of the first attempt.
    pub(super) intended: Nanos,
    /// The actual start of the first attempt.
    pub(super) started: Nanos,
    /// The end of the last attempt.
    pub(super) end: Nanos,
    /// Ok if any attempt was, Fail only if every one was.
    pub(super) outcome: Outcome,
    /// Whether the last attempt was.
    pub(super) good: bool,
    /// What was wrong with the last attempt.
    pub(super) error: ErrorKind,
}

/// Operations whose last attempt is still to come. Grows with the users in flight that retry, not with the run.
#[derive(Default)]
pub(super) struct Joiner(HashMap<u64, Operation>);

impl Joiner {
    /// Takes an attempt; the operation, if this closes it.
    #[inline]
    pub(super) fn join(&mut self, attempt: &Attempt) -> Option<Operation> {
        if attempt.last && attempt.attempt == 0 {
            return Some(first(attempt));
        }
        let operation = self.0.entry(attempt.op).or_insert_with(|| first(attempt));
        operation.outcome = operation.outcome.join(attempt.outcome);
        operation.end = attempt.end;
        operation.good = attempt.good;
        operation.error = attempt.error;
        if attempt.last { self.0.remove(&attempt.op) } else { None }
    }

    /// Operations whose last attempt never came, in order. They are not good: their user was still waiting.
    pub(super) fn unfinished(&mut self) -> Vec<Operation> {
        let mut left: Vec<(u64, Operation)> = self.0.drain().collect();
        left.sort_unstable_by_key(|(op, _)| *op);
        left.into_iter().map(|(_, operation)| Operation { good: false, ..operation }).collect()
    }
}

fn first(attempt: &Attempt) -> Operation {
    Operation {
        step: attempt.step,
        intended: attempt.intended,
        started: attempt.started,
        end: attempt.end,
        outcome: attempt.outcome,
        good: attempt.good,
        error: attempt.error,
    }
}
