//! What is counted over a whole run: `counts` in run.json.

use super::operations::Operation;
use crate::event::{ErrorKind, Nanos};
use std::collections::BTreeMap;

/// The longest time that a histogram tells apart.
const HOUR: Nanos = Nanos(3_600_000_000_000);

/// Everything, setup and teardown included.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Attempts that came.
    pub(super) attempts: u64,
    /// Operations that repeat another on purpose: in no other count but that of attempts.
    pub(super) replays: u64,
    /// Attempts that were left out because only marked ones are kept.
    pub(super) left_out: u64,
    /// Events written.
    pub(super) events: u64,
    /// Events that could not be.
    pub(super) events_lost: u64,
    /// Operations whose last attempt never came.
    pub(super) unfinished: u64,
    operations: u64,
    good: u64,
    dropped: u64,
    in_flight_at_end: u64,
    clipped: u64,
}

impl Tally {
    /// Counts an operation.
    pub(super) fn operation(&mut self, operation: &Operation) {
        self.operations += 1;
        self.good += u64::from(operation.good);
        self.dropped += u64::from(operation.error.is_unstarted());
        self.in_flight_at_end += u64::from(operation.error == ErrorKind::InFlight);
        self.clipped += u64::from(operation.end - operation.intended > HOUR);
    }

    /// The counts by name.
    pub(super) fn counts(&self) -> BTreeMap<String, u64> {
        let counts = [
            ("attempts", self.attempts),
            ("attempts_left_out", self.left_out),
            ("operations", self.operations),
            ("replays", self.replays),
            ("good", self.good),
            ("bad", self.operations - self.good),
            ("dropped", self.dropped),
            ("in_flight_at_end", self.in_flight_at_end),
            ("unfinished", self.unfinished),
            ("clipped", self.clipped),
            ("events", self.events),
            ("events_lost", self.events_lost),
        ];
        counts.into_iter().map(|(name, count)| (name.to_owned(), count)).collect()
    }
}
