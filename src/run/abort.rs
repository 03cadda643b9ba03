//! When an objective is lost for good: when it would fail even if everything that may still come were good.

use crate::plan::expression::Expectation;

/// What has been seen of an objective's operations.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Seen {
    /// All operations.
    pub(super) all: u64,
    /// Those that count against it: bad ones, and for latency those beyond the bound.
    pub(super) against: u64,
}

/// Whether `seen` and at most `to_come` more good operations cannot meet the bound any more.
pub(super) fn lost_for_good(expect: &Expectation, seen: Seen, to_come: f64) -> bool {
    expect.is_lost_for_good(seen.all, seen.against, to_come)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expect(text: &str) -> Expectation {
        text.parse().expect(text)
    }

    #[test]
    fn availability_is_lost_when_the_rest_cannot_make_up_for_it() {
        let objective = expect("availability >= 99%");
        assert!(!lost_for_good(&objective, Seen { all: 100, against: 10 }, 900.0));
        assert!(lost_for_good(&objective, Seen { all: 100, against: 10 }, 899.0));
    }

    #[test]
    fn a_quantile_is_lost_when_too_many_were_slow() {
        assert!(lost_for_good(&expect("p90 < 1s"), Seen { all: 50, against: 11 }, 50.0));
        assert!(!lost_for_good(&expect("p90 < 1s"), Seen { all: 50, against: 10 }, 50.0));
    }

    #[test]
    fn throughput_cannot_be_lost_before_the_end() {
        assert!(!lost_for_good(&expect("throughput > 100/s"), Seen { all: 1, against: 1 }, 0.0));
    }
}
