//! A run second by second in a few figures, for small pictures of it.

use super::tables::{Second, Tables};
use crate::event::Nanos;
use crate::record::Record;
use crate::stats::{Latencies, Quantile};

/// One second of the load, all steps together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Beat {
    /// Its beginning, in seconds from the start of the load.
    pub second: f64,
    /// Operations that were to begin in it.
    pub operations: u64,
    /// Those that were not good.
    pub bad: u64,
    /// The 99 % quantile of their latencies.
    pub p99: Quantile,
}

/// Every second of the load in which an operation was to begin, warm-up included.
pub fn pulse(record: &Record, tables: &Tables) -> Vec<Beat> {
    let seconds: Vec<Second> = tables.seconds().collect();
    let beat = |steps: &[Second]| {
        let mut latencies = Latencies::default();
        steps.iter().for_each(|step| step.add_to(&mut latencies));
        let from = Nanos(steps[0].second.saturating_mul(1_000_000_000));
        Beat {
            second: (from - record.manifest.load_start).as_secs_f64(),
            operations: latencies.total(),
            bad: latencies.bad,
            p99: latencies.quantile(0.99),
        }
    };
    seconds.chunk_by(|one, other| one.second == other.second).map(beat).collect()
}
