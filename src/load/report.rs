//! What came of a load.

use crate::event::Nanos;

/// What came of a load as a whole. The rest is in the rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LoadReport {
    /// Open model: the arrivals that were due until the load ended. Closed model: the sessions begun.
    pub planned: u64,
    /// The sessions started.
    pub started: u64,
    /// Those that could not start: too many in flight, no row left in a unique feeder, or cut while due.
    pub dropped: u64,
    /// The sessions still in flight when the grace period was over, or when the load was cut.
    pub in_flight_at_end: u64,
    /// Processor time of all workers, in seconds, from their start to their end.
    pub cpu_seconds: f64,
    /// When the load ended: at its planned end, when it was stopped, or when all iterations were done.
    pub load_end: Nanos,
    /// When the last session in flight had ended.
    pub drained: Nanos,
    /// What went wrong with the generator itself; the load was then less than planned, or its record is incomplete.
    pub failed: Option<String>,
}

impl LoadReport {
    /// Adds what another worker reports.
    pub(crate) fn join(&mut self, other: LoadReport) {
        self.planned += other.planned;
        self.started += other.started;
        self.dropped += other.dropped;
        self.in_flight_at_end += other.in_flight_at_end;
        self.cpu_seconds += other.cpu_seconds;
        self.load_end = self.load_end.max(other.load_end);
        self.drained = self.drained.max(other.drained);
        self.failed = match (self.failed.take(), other.failed) {
            (Some(one), Some(two)) if one != two => Some(format!("{one}; {two}")),
            (one, two) => one.or(two),
        };
    }
}
