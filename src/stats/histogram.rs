//! Counts of latencies by bucket.

use super::{Bucket, rank};

/// Counts by bucket, in microseconds. Grows to the highest bucket seen, never with the number of values.
///
/// Values read back from it lie within 0.1 % of those put in (see [`Bucket`]).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    counts: Vec<u64>,
    total: u64,
}

impl Histogram {
    /// An empty one.
    pub fn new() -> Histogram {
        Histogram::default()
    }

    /// Counts one value in microseconds.
    #[inline]
    pub fn record(&mut self, micros: u64) {
        self.record_n(Bucket::of(micros), 1);
    }

    /// Counts `count` values of one bucket.
    #[inline]
    pub fn record_n(&mut self, bucket: Bucket, count: u64) {
        if count == 0 {
            return;
        }
        let place = bucket.0 as usize;
        if place >= self.counts.len() {
            self.counts.resize(place + 1, 0);
        }
        self.counts[place] += count;
        self.total += count;
    }

    /// Adds all counts of another.
    pub fn merge(&mut self, other: &Histogram) {
        if other.counts.len() > self.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine += theirs;
        }
        self.total += other.total;
    }

    /// How many values were counted.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Whether none was.
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// The lower bound of the lowest bucket that holds something, in microseconds.
    pub fn min(&self) -> Option<u64> {
        self.iter().next().map(|(bucket, _)| bucket.lowest())
    }

    /// The upper bound of the highest bucket that holds something, in microseconds.
    pub fn max(&self) -> Option<u64> {
        // A histogram ends with the highest bucket that was ever counted.
        self.counts.len().checked_sub(1).map(|place| Bucket(place as u32).highest())
    }

    /// The mean in microseconds, every value taken for the middle of its bucket.
    pub fn mean(&self) -> Option<f64> {
        let middle = |bucket: Bucket| (bucket.lowest() + bucket.highest()) as f64 / 2.0;
        let sum: f64 = self.iter().map(|(bucket, count)| middle(bucket) * count as f64).sum();
        (self.total > 0).then(|| sum / self.total as f64)
    }

    /// Quantile `q` in microseconds: the upper bound of the bucket of the value at rank ⌈q·n⌉, as HdrHistogram's
    /// `getValueAtPercentile`.
    pub fn quantile(&self, q: f64) -> Option<u64> {
        if self.total == 0 { None } else { self.at_rank(rank(q, self.total)) }
    }

    /// The upper bound in microseconds of the bucket of the value at this rank, from 1; nothing if there are not so many.
    pub fn at_rank(&self, rank: u64) -> Option<u64> {
        let mut seen = 0;
        for (bucket, count) in self.iter() {
            seen += count;
            if seen >= rank {
                return Some(bucket.highest());
            }
        }
        None
    }

    /// How many values are at most `micros`. Values in the same bucket as `micros` count as not above it, as in
    /// HdrHistogram's `getCountBetweenValues`.
    pub fn count_at_most(&self, micros: u64) -> u64 {
        let end = (Bucket::of(micros).0 as usize + 1).min(self.counts.len());
        self.counts[..end].iter().sum()
    }

    /// The buckets that hold something, in ascending order, with their counts.
    pub fn iter(&self) -> impl Iterator<Item = (Bucket, u64)> + '_ {
        let filled = self.counts.iter().enumerate().filter(|(_, count)| **count > 0);
        filled.map(|(place, count)| (Bucket(place as u32), *count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::exact;
    use proptest::prelude::*;

    fn of(values: &[u64]) -> Histogram {
        let mut histogram = Histogram::new();
        values.iter().for_each(|&value| histogram.record(value));
        histogram
    }

    #[test]
    fn an_empty_one_has_no_values() {
        let empty = Histogram::new();
        assert!(empty.is_empty());
        assert_eq!((empty.min(), empty.max(), empty.quantile(0.5)), (None, None, None));
        assert_eq!(empty.mean(), None);
        assert_eq!(empty.count_at_most(u64::MAX), 0);
    }

    #[test]
    fn a_count_of_zero_leaves_no_trace() {
        let mut histogram = Histogram::new();
        histogram.record_n(Bucket::of(1_000_000), 0);
        assert_eq!(histogram, Histogram::new());
    }

    #[test]
    fn more_than_an_hour_goes_into_the_last_bucket() {
        let histogram = of(&[u64::MAX]);
        assert_eq!(histogram.total(), 1);
        assert!(histogram.max().expect("one value") >= 3_600_000_000);
    }

    #[test]
    fn it_agrees_with_the_published_implementation() {
        let mut reference =
            hdrhistogram::Histogram::<u64>::new_with_bounds(1, 3_600_000_000, 3).expect("bounds");
        let mut ours = Histogram::new();
        for value in (1..5_000u64).map(|i| i * i * 7 % 90_000_000) {
            reference.record(value).expect("in range");
            ours.record(value);
        }
        for q in [0.0, 0.5, 0.75, 0.9, 0.99, 0.999, 1.0] {
            assert_eq!(ours.quantile(q), Some(reference.value_at_quantile(q)), "{q}");
        }
        assert!((ours.mean().expect("values") - reference.mean()).abs() <= 1.0);
    }

    proptest! {
        #[test]
        fn it_tells_what_the_sorted_values_tell(
            mut values in proptest::collection::vec(0u64..100_000_000, 1..300), q in 0.0f64..=1.0, limit in 0u64..100_000_000,
        ) {
            let histogram = of(&values);
            values.sort_unstable();
            let truth = exact(&values, q).expect("values");
            prop_assert_eq!(histogram.quantile(q), Some(Bucket::of(truth).highest()));
            prop_assert_eq!(histogram.min(), Some(Bucket::of(values[0]).lowest()));
            prop_assert_eq!(histogram.max(), Some(Bucket::of(values[values.len() - 1]).highest()));
            let mean = values.iter().sum::<u64>() as f64 / values.len() as f64;
            prop_assert!((histogram.mean().expect("values") - mean).abs() <= mean / 1000.0 + 1.0);
            let within = values.iter().filter(|&&v| v <= Bucket::of(limit).highest()).count() as u64;
            prop_assert_eq!(histogram.count_at_most(limit), within);
        }

        #[test]
        fn two_merged_are_one_of_all(
            left in proptest::collection::vec(0u64..100_000_000, 0..100),
            right in proptest::collection::vec(0u64..100_000_000, 0..100),
        ) {
            let mut merged = of(&left);
            merged.merge(&of(&right));
            prop_assert_eq!(merged, of(&[left, right].concat()));
        }
    }
}
