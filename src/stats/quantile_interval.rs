//! The bootstrap interval of a quantile.

use super::bootstrap::{Block, Blocks, percentiles};
use super::{BUCKETS, Bucket, Interval, Quantile, rank};

/// How many buckets the first pass tells apart.
const COARSE: usize = 128;

/// The latencies of one second, sparse: memory grows with what was seen, not with the buckets there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecondLatencies {
    /// Counts of good operations; buckets may come in any order and more than once.
    pub good: Vec<(Bucket, u64)>,
    /// How many operations were bad.
    pub bad: u64,
}

impl SecondLatencies {
    /// Counts `count` operations of one bucket.
    pub fn add(&mut self, bucket: Bucket, good: bool, count: u64) {
        if good { self.good.push((bucket, count)) } else { self.bad += count }
    }
}

/// The 95 % interval of quantile `q` over all operations, the bad ones above all good ones (see
/// [`interval`](super::interval) for the method).
///
/// `seconds` holds every second of the window in order of time, empty ones included. Nothing if there are too few.
pub fn quantile_interval(seconds: &[SecondLatencies], q: f64, seed: u64) -> Option<Interval<Quantile>> {
    let blocks = Blocks::new(seconds.len(), seed)?;
    let filled = filled(seconds);
    // Counting all buckets for every second would cost much memory. A first pass over some of the buckets finds between
    // which of them either end lies; a second one over all buckets there gives the exact ends of the same resamples.
    let stride = filled.len().div_ceil(COARSE).max(1);
    let coarse: Vec<Bucket> = filled.iter().rev().step_by(stride).rev().copied().collect();
    let rough = Sums::new(seconds, &blocks, &coarse).ends(&blocks, q)?;
    let fine: Vec<Bucket> = filled
        .into_iter()
        .filter(|&bucket| {
            let class = coarse.partition_point(|&edge| edge < bucket);
            class == rough.low || class == rough.high || coarse[class] == bucket
        })
        .collect();
    let ends = Sums::new(seconds, &blocks, &fine).ends(&blocks, q)?;
    let value = |place: usize| match fine.get(place) {
        Some(bucket) => Quantile::Value(bucket.highest() * 1_000),
        None => Quantile::NoGoodReply,
    };
    Some(Interval { low: value(ends.low), high: value(ends.high) })
}

/// The buckets that hold a good operation in any second, in ascending order.
fn filled(seconds: &[SecondLatencies]) -> Vec<Bucket> {
    let mut seen = vec![false; BUCKETS];
    for (bucket, count) in seconds.iter().flat_map(|second| &second.good) {
        seen[bucket.0 as usize] |= *count > 0;
    }
    let filled = seen.iter().enumerate().filter(|(_, seen)| **seen);
    filled.map(|(place, _)| Bucket(place as u32)).collect()
}

/// Running sums: how many operations up to a group of seconds took at most as long as each of some buckets (edges).
struct Sums {
    edges: usize,
    /// For each beginning of a group: one sum for each edge, then one of all operations.
    sums: Vec<u64>,
}

impl Sums {
    fn new(seconds: &[SecondLatencies], blocks: &Blocks, edges: &[Bucket]) -> Sums {
        let width = edges.len() + 1;
        let mut sums = vec![0; width];
        sums.reserve(blocks.groups * width);
        let mut here = vec![0u64; width];
        for group in seconds.chunks(blocks.group) {
            here.fill(0);
            for second in group {
                for &(bucket, count) in &second.good {
                    here[edges.partition_point(|&edge| edge < bucket)] += count;
                }
                here[width - 1] += second.bad;
            }
            let before = sums.len() - width;
            let mut up_to = 0;
            for (place, count) in here.iter().enumerate() {
                up_to += count;
                sums.push(sums[before + place] + up_to);
            }
        }
        Sums { edges: edges.len(), sums }
    }

    /// The edges, by number, at which the quantile lies at either end; the number of edges itself where it lies among
    /// the bad.
    fn ends(&self, blocks: &Blocks, q: f64) -> Option<Interval<usize>> {
        percentiles(blocks.resamples().filter_map(|drawn| self.quantile(drawn, q)).collect(), usize::cmp)
    }

    fn quantile(&self, drawn: &[Block], q: f64) -> Option<usize> {
        let total = self.at_most(drawn, self.edges);
        if total == 0 {
            return None;
        }
        let rank = rank(q, total);
        let (mut low, mut high) = (0, self.edges);
        while low < high {
            let middle = (low + high) / 2;
            if self.at_most(drawn, middle) >= rank { high = middle } else { low = middle + 1 }
        }
        Some(low)
    }

    fn at_most(&self, drawn: &[Block], edge: usize) -> u64 {
        let at = |group: usize| self.sums[group * (self.edges + 1) + edge];
        drawn.iter().map(|block| at(block.to) - at(block.from)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Latencies;
    use rand::{RngExt, SeedableRng};
    use rand_xoshiro::Xoshiro256PlusPlus;

    fn seconds(count: usize, bad: impl Fn(usize) -> u64) -> Vec<SecondLatencies> {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(1);
        (0..count)
            .map(|second| {
                let mut latencies = SecondLatencies { bad: bad(second), ..SecondLatencies::default() };
                for _ in 0..200 {
                    latencies.add(Bucket::of(random.random_range(100..20_000)), true, 1);
                }
                latencies
            })
            .collect()
    }

    /// The same, slowly: every resample counted in full.
    fn slowly(seconds: &[SecondLatencies], q: f64, seed: u64) -> Interval<Quantile> {
        let blocks = Blocks::new(seconds.len(), seed).expect("enough");
        assert_eq!(blocks.group, 1);
        let resample = |drawn: &[Block]| {
            let mut all = Latencies::default();
            for second in drawn.iter().flat_map(|block| &seconds[block.from..block.to]) {
                second.good.iter().for_each(|&(bucket, count)| all.add(bucket, true, count));
                all.bad += second.bad;
            }
            all.quantile(q)
        };
        percentiles(blocks.resamples().map(resample).collect(), Quantile::cmp).expect("resamples")
    }

    #[test]
    fn the_two_passes_give_what_counting_in_full_gives() {
        let seconds = seconds(20, |second| second as u64 % 3);
        for q in [0.01, 0.5, 0.9, 0.99, 0.999] {
            assert_eq!(quantile_interval(&seconds, q, 9), Some(slowly(&seconds, q, 9)), "{q}");
        }
    }

    #[test]
    fn an_outage_may_put_the_upper_end_where_there_is_no_good_reply() {
        let seconds = seconds(60, |second| if second == 30 { 400 } else { 0 });
        let found = quantile_interval(&seconds, 0.95, 1).expect("enough");
        assert_eq!(found.high, Quantile::NoGoodReply);
        assert!(found.low.value().is_some_and(|nanos| nanos < 20_100_000), "{found:?}");
    }

    #[test]
    fn where_all_are_bad_there_is_no_good_reply_and_where_none_are_nothing() {
        let bad = vec![SecondLatencies { good: Vec::new(), bad: 5 }; 20];
        let found = quantile_interval(&bad, 0.5, 1).expect("enough");
        assert_eq!((found.low, found.high), (Quantile::NoGoodReply, Quantile::NoGoodReply));
        assert_eq!(quantile_interval(&vec![SecondLatencies::default(); 20], 0.5, 1), None);
        assert_eq!(quantile_interval(&bad[..3], 0.5, 1), None);
    }

    #[test]
    fn a_day_is_resampled_by_groups_of_seconds() {
        let mut day = vec![SecondLatencies::default(); 86_400];
        for (second, latencies) in day.iter_mut().enumerate() {
            latencies.add(Bucket::of(1_000 + second as u64 % 7), true, 10);
        }
        let found = quantile_interval(&day, 0.5, 1).expect("enough");
        assert_eq!(found.low, Quantile::Value(1_003_000));
        assert_eq!(found.high, Quantile::Value(1_003_000));
    }
}
