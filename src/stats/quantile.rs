//! What a quantile is: the value at a rank, never an interpolation.

/// How far a product of a share and a count may lie from the whole number that it means: 0.07 × 100 is a little above 7
/// in binary.
const ROUNDING: f64 = 1e-9;

/// The rank, from 1, of quantile `q` among `n` values: ⌈q·n⌉, at least 1 and at most `n`. Zero if there are none.
pub fn rank(q: f64, n: u64) -> u64 {
    let exact = q * n as f64;
    let whole = exact.round();
    let rank = if (exact - whole).abs() <= ROUNDING * exact.max(1.0) { whole } else { exact.ceil() };
    (rank as u64).max(1).min(n)
}

/// Quantile `q` of values in ascending order; nothing if there are none.
pub fn exact<T: Copy>(ascending: &[T], q: f64) -> Option<T> {
    let rank = rank(q, ascending.len() as u64);
    ascending.get((rank as usize).checked_sub(1)?).copied()
}

/// Whether `n` operations are enough to speak of quantile `q`: at least 10 of them must lie above it.
pub fn enough(q: f64, n: u64) -> bool {
    n as f64 * (1.0 - q) >= 10.0 - 1e-6
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_rank_does_not_slip_by_rounding() {
        assert_eq!(rank(0.07, 100), 7);
        assert_eq!(rank(0.99, 100), 99);
        assert_eq!(rank(0.999, 1_000_000), 999_000);
        assert_eq!(rank(0.99, 101), 100);
        assert_eq!(rank(0.0, 5), 1);
        assert_eq!(rank(1.0, 5), 5);
        assert_eq!(rank(0.5, 0), 0);
    }

    #[test]
    fn ten_operations_above_it_are_enough() {
        assert!(enough(0.9, 100));
        assert!(!enough(0.9, 99));
        assert!(enough(0.99, 1000));
        assert!(!enough(0.999, 9_999));
        assert!(enough(0.9999, 100_000));
        assert!(!enough(1.0, u64::MAX));
    }

    proptest! {
        #[test]
        fn a_quantile_has_enough_values_at_or_below_it_and_is_the_first_such(
            mut values in proptest::collection::vec(0u64..1000, 1..200), percent in 0u32..=100,
        ) {
            values.sort_unstable();
            let q = f64::from(percent) / 100.0;
            let value = exact(&values, q).expect("not empty");
            let need = (percent as usize * values.len()).div_ceil(100).max(1);
            prop_assert!(values.iter().filter(|&&v| v <= value).count() >= need);
            prop_assert!(values.iter().filter(|&&v| v < value).count() < need);
        }
    }
}
