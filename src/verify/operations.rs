//! Attempts joined into operations, one by one as the record tells them.

use crate::event::{ErrorKind, Nanos, Outcome, StepId};
use crate::record::Outline;
use std::collections::HashMap;

/// What a user wanted once: all attempts of it together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Operation {
    /// The step.
    pub step: StepId,
    /// When the plan wanted its first attempt to start.
    pub intended: Nanos,
    /// When the generator turned to its first attempt.
    pub started: Nanos,
    /// The end of its last attempt.
    pub end: Nanos,
    /// The attempts' outcomes joined.
    pub outcome: Outcome,
    /// Whether the last attempt was good.
    pub good: bool,
    /// Whether it was its session's first.
    pub arrival: bool,
    /// Whether it is an arrival that could not start: nothing was attempted.
    pub dropped: bool,
    /// How many requests it made; none if dropped.
    pub attempts: u32,
    /// What went wrong with the last attempt.
    pub error: ErrorKind,
    /// The HTTP status of the last attempt.
    pub status: Option<u16>,
    /// Bytes of the last attempt's response.
    pub bytes: u64,
}

impl Operation {
    /// From the intended start of the first attempt to the end of the last.
    pub fn latency(&self) -> Nanos {
        self.end - self.intended
    }

    /// The same from the actual start of the first attempt.
    pub fn latency_from_send(&self) -> Nanos {
        self.end - self.started
    }

    fn first(part: &Outline) -> Operation {
        let dropped = part.error.is_unstarted();
        Operation {
            step: part.step,
            intended: part.intended,
            started: part.started,
            end: part.end,
            outcome: part.outcome,
            good: part.good,
            arrival: part.arrival,
            dropped,
            attempts: u32::from(!dropped),
            error: part.error,
            status: part.status,
            bytes: part.bytes,
        }
    }

    fn join(&mut self, part: &Outline) {
        self.end = self.end.max(part.end);
        self.outcome = self.outcome.join(part.outcome);
        self.good = part.good;
        self.error = part.error;
        self.status = part.status;
        self.bytes = part.bytes;
        self.attempts += 1;
    }
}

/// Joins attempts. Holds only operations of which an attempt was seen and the last was not: as many as are in flight.
#[derive(Debug, Default)]
pub struct Joiner {
    open: HashMap<u64, Operation>,
    headless: u64,
}

impl Joiner {
    /// Takes the next attempt; gives the operation that it completes.
    pub fn take(&mut self, part: &Outline) -> Option<Operation> {
        if part.attempt == 0 && part.last {
            return Some(Operation::first(part));
        }
        if part.attempt == 0 {
            self.open.insert(part.op, Operation::first(part));
            return None;
        }
        let Some(operation) = self.open.get_mut(&part.op) else {
            self.headless += u64::from(part.last);
            return None;
        };
        operation.join(part);
        if part.last { self.open.remove(&part.op) } else { None }
    }

    /// How many operations are not whole: their first or their last attempt is not in the record.
    pub fn incomplete(&self) -> u64 {
        self.open.len() as u64 + self.headless
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(op: u64, attempt: u16, last: bool, outcome: Outcome) -> Outline {
        let at = |seconds: i64| Nanos(seconds * 1_000_000_000);
        let from = i64::from(attempt) * 10;
        Outline {
            op,
            attempt,
            last,
            is_replay: false,
            arrival: attempt == 0,
            step: StepId(1),
            intended: at(from),
            started: at(from + 1),
            end: at(from + 2),
            outcome,
            good: outcome == Outcome::Ok,
            error: if outcome == Outcome::Ok { ErrorKind::None } else { ErrorKind::Timeout },
            status: None,
            instance: None,
            bytes: 0,
        }
    }

    #[test]
    fn retries_become_one_operation_from_first_intended_to_last_end() {
        let mut joiner = Joiner::default();
        assert_eq!(joiner.take(&part(7, 0, false, Outcome::Indeterminate)), None);
        assert_eq!(joiner.take(&part(8, 0, false, Outcome::Fail)), None);
        assert_eq!(joiner.take(&part(7, 1, false, Outcome::Fail)), None);
        let whole = joiner.take(&part(7, 2, true, Outcome::Ok)).expect("its last attempt");
        assert_eq!(whole.latency(), Nanos(22_000_000_000));
        assert_eq!(whole.latency_from_send(), Nanos(21_000_000_000));
        assert_eq!((whole.attempts, whole.good, whole.outcome), (3, true, Outcome::Ok));
        assert_eq!(joiner.incomplete(), 1);
    }

    #[test]
    fn a_refused_retry_after_a_timeout_stays_indeterminate_and_bad() {
        let mut joiner = Joiner::default();
        joiner.take(&part(7, 0, false, Outcome::Indeterminate));
        let whole = joiner.take(&part(7, 1, true, Outcome::Fail)).expect("whole");
        assert_eq!((whole.outcome, whole.good), (Outcome::Indeterminate, false));
    }

    #[test]
    fn a_dropped_arrival_is_an_operation_without_an_attempt() {
        let mut dropped = part(9, 0, true, Outcome::Fail);
        dropped.error = ErrorKind::Dropped;
        let whole = Joiner::default().take(&dropped).expect("whole");
        assert!(whole.dropped && !whole.good);
        assert_eq!(whole.attempts, 0);
    }

    #[test]
    fn what_lacks_its_first_or_its_last_attempt_is_counted() {
        let mut joiner = Joiner::default();
        assert_eq!(joiner.take(&part(1, 0, false, Outcome::Fail)), None);
        assert_eq!(joiner.take(&part(2, 1, true, Outcome::Ok)), None);
        assert_eq!(joiner.incomplete(), 2);
    }
}
