//! By how much one sample lies above another: the estimator of Hodges and Lehmann.
//!
//! J. L. Hodges, E. L. Lehmann, "Estimates of Location Based on Rank Tests", Annals of Mathematical Statistics 34 (1963):
//! the median of the differences of all pairs. Its interval is that of the rank test (D. F. Bauer, "Constructing
//! Confidence Sets Using Rank Statistics", JASA 67, 1972): as many differences are cut off at either end as the test
//! allows.

use super::Interval;
use super::rank_test::outside;

/// A shift with its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shift {
    /// The median of all differences.
    pub estimate: f64,
    /// What the shift is with 95 % confidence at least; where the samples are too small for that, all differences.
    pub interval: Interval<f64>,
}

const CONFIDENCE: f64 = 0.95;

/// The shift from `one` to `other`: positive if `other` is larger. Infinities are ordinary values; between two of them
/// there is no difference. Nothing if one of the samples is empty.
pub fn hodges_lehmann(one: &[f64], other: &[f64]) -> Option<Shift> {
    let mut differences: Vec<f64> =
        one.iter().flat_map(|a| other.iter().map(move |b| if a == b { 0.0 } else { b - a })).collect();
    differences.sort_by(f64::total_cmp);
    let last = differences.len().checked_sub(1)?;
    let cut = outside(one.len(), other.len(), CONFIDENCE).max(1) - 1;
    Some(Shift {
        estimate: median(&differences)?,
        interval: Interval { low: differences[cut.min(last)], high: differences[last - cut.min(last)] },
    })
}

/// The median of values in ascending order: the middle one, or the mean of the two in the middle.
pub fn median(ascending: &[f64]) -> Option<f64> {
    let middle = ascending.len() / 2;
    let upper = *ascending.get(middle)?;
    if ascending.len() % 2 == 1 {
        return Some(upper);
    }
    let mean = (ascending[middle - 1] + upper) / 2.0;
    // Between the two infinities lies nothing to choose.
    Some(if mean.is_nan() { 0.0 } else { mean })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_permeability_of_the_chorioamnion() {
        // Hollander and Wolfe, "Nonparametric Statistical Methods" (1973), p. 69; R's manual of `wilcox.test` has it too.
        let term = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
        let early = [1.15, 0.88, 0.90, 0.74, 1.21];
        let shift = hodges_lehmann(&early, &term).expect("values");
        assert!((shift.estimate - 0.305).abs() < 1e-9, "{shift:?}");
        assert!((shift.interval.low + 0.15).abs() < 1e-9, "{shift:?}");
        assert!((shift.interval.high - 0.76).abs() < 1e-9, "{shift:?}");
    }

    #[test]
    fn a_value_that_is_missing_is_infinitely_far() {
        let none = f64::INFINITY;
        assert_eq!(hodges_lehmann(&[1.0, 2.0], &[none, none]).map(|shift| shift.estimate), Some(none));
        assert_eq!(hodges_lehmann(&[none; 3], &[none; 3]).map(|shift| shift.estimate), Some(0.0));
        assert_eq!(hodges_lehmann(&[], &[1.0]), None);
    }

    #[test]
    fn medians() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[1.0, 2.0, 9.0]), Some(2.0));
        assert_eq!(median(&[1.0, 2.0, 4.0, 9.0]), Some(3.0));
        assert_eq!(median(&[f64::INFINITY; 2]), Some(f64::INFINITY));
        assert_eq!(median(&[f64::NEG_INFINITY, f64::INFINITY]), Some(0.0));
    }

    proptest! {
        #[test]
        fn a_shifted_sample_is_shifted_by_that(
            one in proptest::collection::vec(-100i32..100, 2..15), by in -50i32..50,
        ) {
            let values: Vec<f64> = one.iter().map(|value| f64::from(*value)).collect();
            let moved: Vec<f64> = one.iter().map(|value| f64::from(value + by)).collect();
            let shift = hodges_lehmann(&values, &moved).expect("values");
            prop_assert_eq!(shift.estimate, f64::from(by));
            prop_assert!(shift.interval.low <= shift.estimate && shift.estimate <= shift.interval.high);
        }
    }
}
