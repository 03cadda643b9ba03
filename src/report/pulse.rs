//! A run second by second in a few figures, for small pictures of it.

use crate::event::Nanos;
use crate::record::{Record, RecordError, Scope, Series};
use crate::stats::{Latencies, Quantile};
use std::collections::BTreeMap;

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
///
/// # Errors
/// If the histograms cannot be read.
pub fn pulse(record: &Record) -> Result<Vec<Beat>, RecordError> {
    let manifest = &record.manifest;
    let mut seconds: BTreeMap<i64, Latencies> = BTreeMap::new();
    for row in record.histograms()? {
        let load = manifest.steps.get(usize::from(row.step.0)).is_some_and(|step| step.scope == Scope::Load);
        if load && row.series == Series::Response {
            seconds.entry(row.second).or_default().add(row.bucket, row.good, u64::from(row.count));
        }
    }
    let beat = |(second, latencies): (i64, Latencies)| Beat {
        second: (Nanos(second.saturating_mul(1_000_000_000)) - manifest.load_start).as_secs_f64(),
        operations: latencies.total(),
        bad: latencies.bad,
        p99: latencies.quantile(0.99),
    };
    Ok(seconds.into_iter().map(beat).collect())
}
