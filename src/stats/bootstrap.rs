//! 95 % intervals by moving-block bootstrap over seconds.
//!
//! Requests are autocorrelated: a slow moment slows all of them. Resampling single requests would give intervals that
//! are far too narrow, so whole blocks of consecutive seconds are drawn, with replacement, until as many seconds as there
//! were are drawn again; the statistic of many such resamples shows how far it could have come out otherwise.
//!
//! Sources: H. R. Künsch, "The Jackknife and the Bootstrap for General Stationary Observations", Annals of Statistics 17
//! (1989), for the method; the block length ⌈n^⅓⌉ is the rate of D. N. Politis and H. White, "Automatic Block-Length
//! Selection for the Dependent Bootstrap", Econometric Reviews 23 (2004). The ends are the 2.5 % and 97.5 % percentiles.

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// Fewer seconds than this say nothing about their own variation.
pub const MINIMUM_SECONDS: usize = 8;

const RESAMPLES: usize = 1_000;

/// Longer runs are resampled by groups of consecutive seconds, so that time and memory stay bounded.
const MOST_GROUPS: usize = 2_000;

/// An interval that contains the true value with 95 % confidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval<T> {
    /// Its lower end.
    pub low: T,
    /// Its upper end.
    pub high: T,
}

/// The interval of a statistic of sums over seconds, for example of `[good, total]` with the statistic good/total.
///
/// `seconds` holds one row of sums for each second of the window, in order of time, empty seconds included. Resamples of
/// which the statistic says nothing are left out. Nothing if there are fewer than [`MINIMUM_SECONDS`].
pub fn interval<const N: usize>(
    seconds: &[[f64; N]],
    seed: u64,
    statistic: impl Fn(&[f64; N]) -> Option<f64>,
) -> Option<Interval<f64>> {
    let blocks = Blocks::new(seconds.len(), seed)?;
    let mut sums = vec![[0.0; N]];
    let mut sum = [0.0; N];
    for group in seconds.chunks(blocks.group) {
        for second in group {
            sum.iter_mut().zip(second).for_each(|(sum, value)| *sum += value);
        }
        sums.push(sum);
    }
    let resampled = |blocks: &[Block]| {
        let mut drawn = [0.0; N];
        for block in blocks {
            for (place, drawn) in drawn.iter_mut().enumerate() {
                *drawn += sums[block.to][place] - sums[block.from][place];
            }
        }
        statistic(&drawn).filter(|value| value.is_finite())
    };
    percentiles(blocks.resamples().filter_map(resampled).collect(), f64::total_cmp)
}

/// The 2.5 % and 97.5 % percentiles of the resamples, taken outwards.
pub(super) fn percentiles<T: Copy>(
    mut values: Vec<T>,
    order: impl Fn(&T, &T) -> std::cmp::Ordering,
) -> Option<Interval<T>> {
    values.sort_unstable_by(order);
    let low = values.len() * 25 / 1_000;
    let high = (values.len() * 975).div_ceil(1_000).checked_sub(1)?;
    Some(Interval { low: values[low], high: values[high] })
}

/// Consecutive groups of seconds, `to` exclusive.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    pub(super) from: usize,
    pub(super) to: usize,
}

/// The blocks of every resample: drawn once, so that several passes over them see the same resamples.
pub(super) struct Blocks {
    /// How many seconds are one group.
    pub(super) group: usize,
    /// How many groups there are.
    pub(super) groups: usize,
    drawn: Vec<Block>,
    per_resample: usize,
}

impl Blocks {
    /// Draws them; nothing if there are too few seconds.
    pub(super) fn new(seconds: usize, seed: u64) -> Option<Blocks> {
        if seconds < MINIMUM_SECONDS {
            return None;
        }
        let group = seconds.div_ceil(MOST_GROUPS);
        let groups = seconds.div_ceil(group);
        let length = ((seconds as f64).cbrt().ceil() as usize).div_ceil(group).min(groups);
        let per_resample = groups.div_ceil(length);
        let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut drawn = Vec::with_capacity(per_resample * RESAMPLES);
        for _ in 0..RESAMPLES {
            let mut left = groups;
            while left > 0 {
                // The last block is cut, so that every resample is as long as the run.
                let from = random.random_range(0..=groups - length);
                let taken = length.min(left);
                drawn.push(Block { from, to: from + taken });
                left -= taken;
            }
        }
        Some(Blocks { group, groups, drawn, per_resample })
    }

    /// The blocks of each resample.
    pub(super) fn resamples(&self) -> impl Iterator<Item = &[Block]> {
        self.drawn.chunks(self.per_resample)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(sums: &[f64; 2]) -> Option<f64> {
        (sums[1] > 0.0).then(|| sums[0] / sums[1])
    }

    #[test]
    fn every_resample_is_as_long_as_the_run() {
        for seconds in [8, 9, 27, 100, 2_000, 2_001, 86_400] {
            let blocks = Blocks::new(seconds, 1).expect("enough");
            assert_eq!(blocks.resamples().count(), RESAMPLES);
            for resample in blocks.resamples() {
                assert_eq!(resample.iter().map(|block| block.to - block.from).sum::<usize>(), blocks.groups);
                assert!(resample.iter().all(|block| block.to <= blocks.groups));
            }
        }
    }

    #[test]
    fn what_never_varies_has_an_interval_without_width() {
        let found = interval(&[[99.0, 100.0]; 30], 7, share).expect("enough");
        assert_eq!((found.low, found.high), (0.99, 0.99));
    }

    #[test]
    fn few_seconds_say_nothing() {
        assert_eq!(interval(&[[1.0, 1.0]; MINIMUM_SECONDS - 1], 7, share), None);
        assert_eq!(interval(&[[0.0, 0.0]; 30], 7, share), None, "and neither do empty ones");
    }

    #[test]
    fn the_same_seed_gives_the_same_interval() {
        let seconds: Vec<[f64; 2]> = (0..100).map(|s| [f64::from(90 + s % 11), 100.0]).collect();
        assert_eq!(interval(&seconds, 3, share), interval(&seconds, 3, share));
        assert_ne!(interval(&seconds, 3, share), interval(&seconds, 4, share));
    }

    #[test]
    fn an_outage_of_some_seconds_widens_it_more_than_the_same_losses_spread_evenly() {
        let outage: Vec<[f64; 2]> = (0..120).map(|s| [if s < 6 { 0.0 } else { 100.0 }, 100.0]).collect();
        let spread: Vec<[f64; 2]> =
            (0..120).map(|s| [if s % 20 == 0 { 0.0 } else { 100.0 }, 100.0]).collect();
        let width = |seconds: &[[f64; 2]]| {
            let found = interval(seconds, 5, share).expect("enough");
            assert!(found.low <= 0.95 && 0.95 <= found.high, "{found:?}");
            found.high - found.low
        };
        assert!(width(&outage) > 1.5 * width(&spread));
    }

    #[test]
    fn it_covers_the_truth_about_as_often_as_it_says() {
        // 200 runs of 100 seconds whose shares are 1/2 on average; neighbours share half of their randomness.
        let mut random = Xoshiro256PlusPlus::seed_from_u64(11);
        let mut covered = 0;
        for run in 0..200 {
            let noise: Vec<f64> = (0..101).map(|_| random.random_range(0.0..50.0)).collect();
            let seconds: Vec<[f64; 2]> = noise.windows(2).map(|pair| [pair[0] + pair[1], 100.0]).collect();
            let found = interval(&seconds, run, share).expect("enough");
            covered += u32::from(found.low <= 0.5 && 0.5 <= found.high);
        }
        assert!((170..=198).contains(&covered), "{covered} of 200");
    }
}
