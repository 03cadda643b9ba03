//! Latencies of operations, the bad ones included: the one definition of a latency figure.

use super::{Bucket, Histogram, rank};

/// A latency at a quantile. The order is that of the ranks: whatever has a value is below what has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Quantile {
    /// There were no operations.
    Empty,
    /// The latency in nanoseconds.
    Value(u64),
    /// The quantile lies among operations that were not good: no good reply.
    NoGoodReply,
}

impl Quantile {
    /// The latency in nanoseconds, where there is one.
    pub fn value(self) -> Option<u64> {
        match self {
            Quantile::Value(nanos) => Some(nanos),
            Quantile::Empty | Quantile::NoGoodReply => None,
        }
    }
}

/// The latencies of operations. Every operation that was not good (timeout, refused, wrong status, dropped) ranks above
/// every good one, so that an outage can never improve a percentile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Latencies {
    /// The good ones.
    pub good: Histogram,
    /// How many were bad.
    pub bad: u64,
}

impl Latencies {
    /// Counts `count` operations of one bucket.
    #[inline]
    pub fn add(&mut self, bucket: Bucket, good: bool, count: u64) {
        if good { self.good.record_n(bucket, count) } else { self.bad += count }
    }

    /// Adds all counts of another.
    pub fn merge(&mut self, other: &Latencies) {
        self.good.merge(&other.good);
        self.bad += other.bad;
    }

    /// How many operations there were.
    pub fn total(&self) -> u64 {
        self.good.total() + self.bad
    }

    /// Quantile `q` over all operations: the value at rank ⌈q·n⌉.
    pub fn quantile(&self, q: f64) -> Quantile {
        match self.total() {
            0 => Quantile::Empty,
            total => match self.good.at_rank(rank(q, total)) {
                Some(micros) => Quantile::Value(micros * 1_000),
                None => Quantile::NoGoodReply,
            },
        }
    }

    /// The share of all operations that were good and took at most `nanos`, by buckets (0.1 %); nothing if there were none.
    pub fn share_within(&self, nanos: u64) -> Option<f64> {
        // A limit between two microseconds lies below the upper one.
        let within = self.good.count_at_most(nanos / 1_000);
        (self.total() > 0).then(|| within as f64 / self.total() as f64)
    }

    /// The share of good operations (availability); nothing if there were none.
    pub fn share_good(&self) -> Option<f64> {
        (self.total() > 0).then(|| self.good.total() as f64 / self.total() as f64)
    }

    /// The largest latency of a good operation in nanoseconds.
    pub fn max(&self) -> Option<u64> {
        self.good.max().map(|micros| micros * 1_000)
    }

    /// The mean latency of the good operations in nanoseconds.
    pub fn mean(&self) -> Option<f64> {
        self.good.mean().map(|micros| micros * 1_000.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::exact;
    use proptest::prelude::*;

    fn of(good: &[u64], bad: u64) -> Latencies {
        let mut latencies = Latencies { bad, ..Latencies::default() };
        good.iter().for_each(|&micros| latencies.good.record(micros));
        latencies
    }

    #[test]
    fn bad_operations_rank_above_all_good_ones() {
        let latencies = of(&[1_000; 98], 2);
        assert_eq!(latencies.quantile(0.98), Quantile::Value(1_000_000));
        assert_eq!(latencies.quantile(0.99), Quantile::NoGoodReply);
        assert_eq!(latencies.max(), Some(1_000_000));
        assert_eq!(latencies.share_good(), Some(0.98));
    }

    #[test]
    fn where_nothing_happened_there_is_no_figure() {
        let empty = Latencies::default();
        assert_eq!(empty.quantile(0.5), Quantile::Empty);
        assert_eq!(empty.share_within(1), None);
        assert_eq!((empty.max(), empty.mean()), (None, None));
    }

    #[test]
    fn where_all_were_bad_there_is_no_good_reply() {
        assert_eq!(of(&[], 3).quantile(0.01), Quantile::NoGoodReply);
        assert_eq!(of(&[], 3).share_within(u64::MAX), Some(0.0));
    }

    #[test]
    fn no_good_reply_is_worse_than_any_latency() {
        assert!(Quantile::NoGoodReply > Quantile::Value(u64::MAX));
    }

    proptest! {
        #[test]
        fn it_is_the_quantile_of_the_values_with_the_bad_ones_at_the_end(
            good in proptest::collection::vec(0u64..10_000_000, 0..100), bad in 0u64..50, q in 0.0f64..=1.0,
        ) {
            let mut all: Vec<Quantile> =
                good.iter().map(|&v| Quantile::Value(Bucket::of(v).highest() * 1_000)).collect();
            all.extend((0..bad).map(|_| Quantile::NoGoodReply));
            all.sort_unstable();
            prop_assert_eq!(of(&good, bad).quantile(q), exact(&all, q).unwrap_or(Quantile::Empty));
        }

        #[test]
        fn an_outage_never_improves_a_quantile(
            good in proptest::collection::vec(0u64..10_000_000, 1..100), more in 0u64..50, q in 0.0f64..=1.0,
        ) {
            prop_assert!(of(&good, more).quantile(q) >= of(&good, 0).quantile(q));
        }
    }
}
