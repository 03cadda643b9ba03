//! The histograms of a run between two batches: a count for each cell that holds something.

use crate::event::{Nanos, Outcome, StepId};
use crate::record::{HistogramRow, Series};
use crate::stats::Bucket;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Counts are written at the latest when there are so many cells. Fewer would not be faster (measured), and give the same
/// second more rows.
const MOST_CELLS: usize = 64 * 1024;

/// What makes a cell, beside its second. The order is the order of the rows in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) step: StepId,
    pub(super) series: Series,
    pub(super) outcome: Outcome,
    pub(super) good: bool,
}

#[derive(Default)]
pub(super) struct Cells(HashMap<(i64, u64), u32, BuildHasherDefault<Mixer>>);

impl Cells {
    /// Counts one duration in the second of `intended`.
    #[inline]
    pub(super) fn count(&mut self, intended: Nanos, kind: Kind, duration: Nanos) {
        let bucket = Bucket::of(duration.as_micros());
        *self.0.entry((intended.second(), pack(kind, bucket))).or_insert(0) += 1;
    }

    /// Whether they must be written now.
    pub(super) fn is_full(&self) -> bool {
        self.0.len() >= MOST_CELLS
    }

    /// All cells since the last time, in order.
    pub(super) fn finish(&mut self) -> Vec<HistogramRow> {
        let mut cells: Vec<((i64, u64), u32)> = self.0.drain().collect();
        cells.sort_unstable();
        cells.into_iter().map(|((second, packed), count)| unpack(second, packed, count)).collect()
    }
}

const OUTCOME_BITS: u32 = 2;
const SERIES_BITS: u32 = 2;
const BUCKET_BITS: u32 = 32;

fn pack(kind: Kind, bucket: Bucket) -> u64 {
    let mut packed = u64::from(kind.step.0);
    packed = packed << SERIES_BITS | kind.series as u64;
    packed = packed << OUTCOME_BITS | kind.outcome as u64;
    packed = packed << 1 | u64::from(kind.good);
    packed << BUCKET_BITS | u64::from(bucket.0)
}

fn unpack(second: i64, packed: u64, count: u32) -> HistogramRow {
    let kind = packed >> BUCKET_BITS;
    let places = kind >> 1;
    let outcome = (places & ((1 << OUTCOME_BITS) - 1)) as u8;
    let places = places >> OUTCOME_BITS;
    let series = (places & ((1 << SERIES_BITS) - 1)) as u8;
    HistogramRow {
        second,
        step: StepId((places >> SERIES_BITS) as u16),
        series: Series::from_number(series).expect("two bits, four series"),
        outcome: Outcome::from_number(outcome).expect("it was packed from one"),
        good: kind & 1 == 1,
        bucket: Bucket(packed as u32),
        count,
    }
}

/// A multiplicative hash. The standard one guards against keys made by an enemy and takes as long as all the rest of the
/// counting; ours are times and numbers of our own.
#[derive(Default)]
pub(super) struct Mixer(u64);

impl Hasher for Mixer {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    fn write_u64(&mut self, value: u64) {
        // The odd number is 2^64 divided by the golden ratio (Knuth, TAOCP 3, 6.4).
        self.0 = (self.0.rotate_left(5) ^ value).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }

    fn write_i64(&mut self, value: i64) {
        self.write_u64(value as u64);
    }

    fn finish(&self) -> u64 {
        // The product mixes its high bits well and its low ones badly; the table uses both.
        self.0.rotate_left(26)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::BUCKETS;

    #[test]
    fn a_cell_comes_out_as_it_went_in() {
        for series in Series::ALL {
            for (outcome, good) in
                Outcome::ALL.into_iter().flat_map(|outcome| [(outcome, true), (outcome, false)])
            {
                for (step, bucket) in [(0, 0), (u16::MAX, BUCKETS as u32 - 1), (7, 4711)] {
                    let kind = Kind { step: StepId(step), series, outcome, good };
                    let row = unpack(-3, pack(kind, Bucket(bucket)), 9);
                    let back =
                        Kind { step: row.step, series: row.series, outcome: row.outcome, good: row.good };
                    assert_eq!((back, row.bucket, row.second, row.count), (kind, Bucket(bucket), -3, 9));
                }
            }
        }
    }

    #[test]
    fn equal_cells_add_up_and_different_seconds_stay_apart() {
        let mut cells = Cells::default();
        let kind = Kind { step: StepId(1), series: Series::Service, outcome: Outcome::Ok, good: true };
        for second in [0, 5, 5, -1] {
            cells.count(Nanos(second * 1_000_000_000), kind, Nanos(1_000_000));
        }
        let rows = cells.finish();
        assert_eq!(
            rows.iter().map(|row| (row.second, row.count)).collect::<Vec<_>>(),
            [(-1, 1), (0, 1), (5, 2)]
        );
        assert!(cells.finish().is_empty(), "they start anew");
    }
}
