//! Arrivals by bin: how many were wanted, how many began, how late; and the requests that were made.

use super::super::bins::Bins;
use crate::event::ErrorKind;
use crate::record::{Record, RecordError, Scope, Series};
use crate::report::tables::Tables;
use crate::stats::Histogram;

/// Arrivals by bin, from the histograms.
#[derive(Clone, Debug, Default)]
pub struct Arrivals {
    /// Arrivals that were to begin.
    pub wanted: Vec<u64>,
    /// Arrivals that began, late ones in the bin in which they did.
    pub begun: Vec<u64>,
    /// Arrivals that could not begin.
    pub dropped: Vec<u64>,
    /// Requests.
    pub requests: Vec<u64>,
    /// Lateness p99 in nanoseconds.
    pub lateness: Vec<Option<u64>>,
}

impl Arrivals {
    /// Counts them.
    pub fn read(record: &Record, tables: &Tables, bins: &Bins) -> Result<Arrivals, RecordError> {
        let nothing = || vec![0_u64; bins.count];
        let mut found = Arrivals {
            wanted: nothing(),
            begun: nothing(),
            dropped: nothing(),
            requests: nothing(),
            lateness: Vec::new(),
        };
        let mut late = vec![Histogram::default(); bins.count];
        let steps = &record.manifest.steps;
        for rows in record.histogram_batches()? {
            for row in rows? {
                let in_load =
                    steps.get(usize::from(row.step.0)).is_some_and(|info| info.scope == Scope::Load);
                let Some(place) = bins.place(row.second).filter(|_| in_load) else { continue };
                let count = u64::from(row.count);
                match row.series {
                    Series::Service => found.requests[place] += count,
                    Series::Lateness => {
                        found.wanted[place] += count;
                        late[place].record_n(row.bucket, count);
                        let begun = row.second + (row.bucket.highest() / 1_000_000) as i64;
                        if let Some(place) = bins.place(begun) {
                            found.begun[place] += count;
                        }
                    }
                    Series::Response | Series::FromSend => {}
                }
            }
        }
        // The histograms count a dropped arrival as if it had begun and been requested.
        for ((second, kind), count) in &tables.troubles {
            if let (ErrorKind::Dropped, Some(place)) = (kind, bins.place(*second)) {
                found.dropped[place] += count;
                found.begun[place] = found.begun[place].saturating_sub(*count);
                found.requests[place] = found.requests[place].saturating_sub(*count);
            }
        }
        found.lateness = late.iter().map(|late| late.quantile(0.99).map(|micros| micros * 1_000)).collect();
        Ok(found)
    }
}
