//! What the histograms of a run count, and who hears of it while it runs.

use crate::event::{Attempt, Outcome, Sample, StepId, Timed};
use crate::stats::Bucket;

/// Which time a histogram counts. The numbers are part of the record's format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Series {
    /// Operations: from the intended start of the first attempt to the end of the last.
    Response = 0,
    /// Operations: from the actual start of the first attempt to the end of the last.
    FromSend = 1,
    /// Attempts: from the first byte written (or the start, if none was) to the end.
    Service = 2,
    /// Attempts that begin a session: from the intended to the actual start, the generator's own lateness.
    Lateness = 3,
}

impl Series {
    /// All series, in the order of their numbers.
    pub const ALL: [Series; 4] = [Series::Response, Series::FromSend, Series::Service, Series::Lateness];

    /// The series with this number in the record.
    pub fn from_number(number: u8) -> Option<Series> {
        Series::ALL.get(usize::from(number)).copied()
    }
}

/// A row of `histograms.arrows`: so many of one kind fell into one bucket.
///
/// Rows add up: an operation that ends long after it was meant to start gives its second another row for the same bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistogramRow {
    /// The second of the intended start, on the run's clock: for operations that of the first attempt, else of the attempt.
    pub second: i64,
    /// The step.
    pub step: StepId,
    /// Which time is counted.
    pub series: Series,
    /// Whether it took effect: the operation's joined outcome, or the attempt's.
    pub outcome: Outcome,
    /// Whether it was good: the operation's last attempt, or the attempt.
    pub good: bool,
    /// The bucket of the time in microseconds.
    pub bucket: Bucket,
    /// How many.
    pub count: u32,
}

/// Hears of a run while it is recorded (the live view, abort conditions). Called on the writer's thread: be quick.
pub trait Observer: Send {
    /// About once a second: what was counted since.
    fn histograms(&mut self, _rows: &[HistogramRow]) {}
    /// Every attempt, before any is left out; not for work that takes long.
    fn attempts(&mut self, _rows: &[Attempt]) {}
    /// Every event.
    fn event(&mut self, _event: &Timed) {}
    /// Every sample.
    fn sample(&mut self, _sample: &Sample) {}
}
