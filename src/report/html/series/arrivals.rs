//! Arrivals by bin: how many were wanted, how many began, how late; and the requests that were made.

use super::super::bins::Bins;
use crate::event::ErrorKind;
use crate::record::{HistogramRow, Manifest, Series};
use crate::stats::Histogram;
use std::collections::BTreeMap;

/// Arrivals by bin, from the histograms.
#[derive(Clone, Debug)]
pub struct Arrivals {
    /// Arrivals that were to begin.
    pub wanted: Vec<u64>,
    /// Arrivals that began, late ones in the bin in which they did.
    pub begun: Vec<u64>,
    /// Arrivals that could not begin.
    pub dropped: Vec<u64>,
    /// Requests.
    pub requests: Vec<u64>,
    late: Vec<Histogram>,
    bins: Bins,
}

impl Arrivals {
    /// Nothing yet.
    pub fn new(manifest: &Manifest) -> Arrivals {
        let bins = Bins::of(manifest);
        let nothing = || vec![0_u64; bins.count];
        Arrivals {
            wanted: nothing(),
            begun: nothing(),
            dropped: nothing(),
            requests: nothing(),
            late: vec![Histogram::default(); bins.count],
            bins,
        }
    }

    /// Counts a row of the load.
    pub fn row(&mut self, row: &HistogramRow) {
        let Some(place) = self.bins.place(row.second) else { return };
        let count = u64::from(row.count);
        match row.series {
            Series::Service => self.requests[place] += count,
            Series::Lateness => {
                self.wanted[place] += count;
                self.late[place].record_n(row.bucket, count);
                let begun = row.second + (row.bucket.highest() / 1_000_000) as i64;
                if let Some(place) = self.bins.place(begun) {
                    self.begun[place] += count;
                }
            }
            Series::Response | Series::FromSend => {}
        }
    }

    /// Takes the dropped arrivals out again, which the histograms count as if they had begun and been requested.
    pub fn without_dropped(&mut self, troubles: &BTreeMap<(i64, ErrorKind), u64>) {
        for ((second, kind), count) in troubles {
            if kind.is_unstarted()
                && let Some(place) = self.bins.place(*second)
            {
                self.dropped[place] += count;
                self.begun[place] = self.begun[place].saturating_sub(*count);
                self.requests[place] = self.requests[place].saturating_sub(*count);
            }
        }
    }

    /// Lateness p99 in nanoseconds, by bin.
    pub fn lateness(&self) -> Vec<Option<u64>> {
        self.late.iter().map(|late| late.quantile(0.99).map(|micros| micros * 1_000)).collect()
    }
}
