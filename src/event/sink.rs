//! Where rooms put what happened, without knowing who keeps it.

use super::{Attempt, Event, Nanos, Sample};

/// Takes rare events: the record, and whoever watches live. Must not block.
pub trait EventSink: Send + Sync {
    /// Takes one event that happened at `time`.
    fn emit(&self, time: Nanos, event: Event);
}

/// Takes samples of probes and resource use. Must not block.
pub trait SampleSink: Send + Sync {
    /// Takes one sample.
    fn sample(&self, sample: Sample);
}

/// Takes attempts, by whole batches: one call per thousands of attempts, none per request. Must not block.
pub trait BatchSink: Send + Sync {
    /// Takes all of `rows` and leaves an empty buffer in its place, with room if one is to be had.
    ///
    /// Returns `false`, and leaves `rows` as it is, while whoever keeps them cannot follow: the caller goes on filling
    /// the same buffer and tries again later. Nothing is lost.
    fn submit(&self, rows: &mut Vec<Attempt>) -> bool;
}
