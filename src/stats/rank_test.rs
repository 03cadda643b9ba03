//! Whether two samples come from one distribution: the test of Mann and Whitney (Wilcoxon's rank-sum test).
//!
//! H. B. Mann, D. R. Whitney, "On a Test of Whether one of Two Random Variables is Stochastically Larger than the Other",
//! Annals of Mathematical Statistics 18 (1947). Small samples are judged by the exact distribution over all ways to deal
//! the ranks out, which holds with ties too; large ones by the normal approximation, corrected for ties and continuity.

/// Up to so many values on both sides together the distribution is exact.
const MOST_EXACT: usize = 60;

/// What the test says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RankTest {
    /// In how many pairs the value of the first sample is the larger one; ties count as a half.
    pub u: f64,
    /// The two-sided probability of a `u` at least as extreme, if both samples come from one distribution.
    pub p: f64,
}

/// Tests two samples, in any order; infinities are ordinary values. Nothing if one of them is empty.
pub fn mann_whitney(one: &[f64], other: &[f64]) -> Option<RankTest> {
    if one.is_empty() || other.is_empty() {
        return None;
    }
    let ranks = doubled_ranks(one, other);
    let sum: u64 = ranks[..one.len()].iter().sum();
    let (n, m) = (one.len() as f64, other.len() as f64);
    let u = sum as f64 / 2.0 - n * (n + 1.0) / 2.0;
    let p = if ranks.len() <= MOST_EXACT { exact(&ranks, one.len(), sum) } else { normal(&ranks, u, n, m) };
    Some(RankTest { u, p: p.min(1.0) })
}

/// Twice the rank of each value among all, those of `one` first; equal values share the mean of their ranks.
fn doubled_ranks(one: &[f64], other: &[f64]) -> Vec<u64> {
    let mut order: Vec<(f64, usize)> = one.iter().chain(other).copied().zip(0..).collect();
    order.sort_by(|left, right| left.0.total_cmp(&right.0));
    let mut ranks = vec![0; order.len()];
    let mut before = 0;
    for equal in order.chunk_by(|left, right| left.0 == right.0) {
        // Ranks before+1 to before+k: twice their mean is 2·before + k + 1.
        equal.iter().for_each(|(_, place)| ranks[*place] = (2 * before + equal.len() + 1) as u64);
        before += equal.len();
    }
    ranks
}

/// Counts by dynamic programming in how many of all choices of `size` ranks the sum is at most and at least `sum`.
fn exact(ranks: &[u64], size: usize, sum: u64) -> f64 {
    let sums = choices(ranks, size);
    let all: f64 = sums.iter().sum();
    let place = sum as usize;
    let low: f64 = sums[..=place].iter().sum();
    let high: f64 = sums[place..].iter().sum();
    2.0 * low.min(high) / all
}

/// By sum: in how many ways `size` of the ranks add up to it.
fn choices(ranks: &[u64], size: usize) -> Vec<f64> {
    let total: usize = ranks.iter().sum::<u64>() as usize;
    let mut ways = vec![vec![0.0; total + 1]; size + 1];
    ways[0][0] = 1.0;
    for &rank in ranks {
        for taken in (1..=size).rev() {
            let (fewer, more) = ways.split_at_mut(taken);
            for sum in rank as usize..=total {
                more[0][sum] += fewer[taken - 1][sum - rank as usize];
            }
        }
    }
    ways.swap_remove(size)
}

fn normal(ranks: &[u64], u: f64, n: f64, m: f64) -> f64 {
    let all = n + m;
    let mut sorted = ranks.to_vec();
    sorted.sort_unstable();
    let ties: f64 = sorted
        .chunk_by(|one, other| one == other)
        .map(|equal| (equal.len() as f64).powi(3) - equal.len() as f64)
        .sum();
    let variance = n * m / 12.0 * ((all + 1.0) - ties / (all * (all - 1.0)));
    if variance <= 0.0 {
        return 1.0;
    }
    let away = ((u - n * m / 2.0).abs() - 0.5).max(0.0);
    2.0 * upper_tail(away / variance.sqrt())
}

/// The probability that a standard normal variable exceeds `z` ≥ 0; Abramowitz and Stegun, 7.1.26 (error below 1e-7).
fn upper_tail(z: f64) -> f64 {
    let x = z / std::f64::consts::SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * x);
    let terms = [0.254_829_592, -0.284_496_736, 1.421_413_741, -1.453_152_027, 1.061_405_429];
    let sum = terms.iter().rev().fold(0.0, |sum, term| (sum + term) * t);
    0.5 * sum * (-x * x).exp()
}

/// How many of the smallest (and of the largest) differences between two samples of these sizes lie outside an interval
/// of this confidence at least: the quantile of `u` at (1 − confidence)/2 when nothing is tied.
pub(super) fn outside(n: usize, m: usize, confidence: f64) -> usize {
    let tail = (1.0 - confidence) / 2.0;
    if n + m > MOST_EXACT {
        let (n, m) = (n as f64, m as f64);
        let deviation = (n * m * (n + m + 1.0) / 12.0).sqrt();
        // Φ⁻¹ by bisection: monotone, and called once per comparison.
        let (mut low, mut high) = (0.0, 10.0);
        for _ in 0..60 {
            let middle = (low + high) / 2.0;
            if upper_tail(middle) > tail { low = middle } else { high = middle }
        }
        return (n * m / 2.0 - high * deviation).floor().max(0.0) as usize;
    }
    // Twice the ranks 1 to n+m; the sums of `n` of them start at n(n+1) and go in steps of 2.
    let ranks: Vec<u64> = (1..=(n + m) as u64).map(|rank| 2 * rank).collect();
    let sums = choices(&ranks, n);
    let all: f64 = sums.iter().sum();
    let mut below = 0.0;
    for u in 0..=n * m {
        below += sums[n * (n + 1) + 2 * u] / all;
        if below > tail {
            return u;
        }
    }
    n * m
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn p(one: &[f64], other: &[f64]) -> f64 {
        mann_whitney(one, other).expect("values").p
    }

    /// Samples without ties whose statistic is `u`.
    fn with(n: usize, m: usize, u: usize) -> (Vec<f64>, Vec<f64>) {
        let mut left = u;
        let one = (0..n)
            .rev()
            .map(|place| {
                let over = left.min(m);
                left -= over;
                over as f64 + 0.5 + place as f64 * 1e-6
            })
            .collect();
        (one, (1..=m).map(|value| value as f64).collect())
    }

    #[test]
    fn the_example_of_scipys_manual() {
        let (males, females) = ([19.0, 22.0, 16.0, 29.0, 24.0], [20.0, 11.0, 17.0, 12.0]);
        let found = mann_whitney(&males, &females).expect("values");
        assert_eq!(found.u, 17.0);
        assert!((found.p - 0.111_111_111).abs() < 1e-9, "{found:?}");
        let ranks = doubled_ranks(&males, &females);
        assert!((normal(&ranks, 17.0, 5.0, 4.0) - 0.111_346_886).abs() < 1e-6);
    }

    #[test]
    fn the_critical_values_of_the_published_tables() {
        // Two-sided 5 %: the largest u that is still significant.
        for (n, m, critical) in [
            (3, 5, 0),
            (4, 4, 0),
            (5, 5, 2),
            (6, 6, 5),
            (7, 7, 8),
            (8, 8, 13),
            (10, 10, 23),
            (5, 10, 8),
            (20, 20, 127),
        ] {
            let at = |u| {
                let (one, other) = with(n, m, u);
                let found = mann_whitney(&one, &other).expect("values");
                assert_eq!(found.u, u as f64, "{n} {m}");
                found.p
            };
            assert!(at(critical) <= 0.05, "{n} {m} {critical}: {}", at(critical));
            assert!(at(critical + 1) > 0.05, "{n} {m} {}: {}", critical + 1, at(critical + 1));
        }
        let (one, other) = with(5, 5, 2);
        assert!((p(&one, &other) - 8.0 / 252.0).abs() < 1e-12);
    }

    #[test]
    fn equal_samples_say_nothing() {
        assert_eq!(p(&[1.0; 5], &[1.0; 5]), 1.0);
        assert_eq!(p(&[1.0; 40], &[1.0; 40]), 1.0);
        assert_eq!(mann_whitney(&[], &[1.0]), None);
    }

    #[test]
    fn no_value_at_all_is_the_largest() {
        let none = f64::INFINITY;
        assert!(p(&[1.0, 2.0, 3.0, 4.0, 5.0], &[none; 5]) < 0.01);
    }

    proptest! {
        #[test]
        fn order_does_not_matter_and_sides_can_be_exchanged(
            mut one in proptest::collection::vec(0u32..20, 1..12), other in proptest::collection::vec(0u32..20, 1..12),
        ) {
            let values = |list: &[u32]| list.iter().map(|value| f64::from(*value)).collect::<Vec<_>>();
            let first = p(&values(&one), &values(&other));
            prop_assert!((0.0..=1.0).contains(&first));
            prop_assert!((p(&values(&other), &values(&one)) - first).abs() < 1e-9);
            one.reverse();
            prop_assert_eq!(p(&values(&one), &values(&other)), first);
        }
    }
}
