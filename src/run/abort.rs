//! When an objective is lost for good: when it would fail even if everything that may still come were good.

use crate::plan::expression::Expectation;
use crate::plan::model::{Flow, Load, LoadModel, Objective};

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
    let Some(allowed) = expect.share_that_may_fail() else { return false };
    let all = seen.all as f64 + to_come;
    all > 0.0 && seen.against as f64 / all > allowed + 1e-12
}

/// The most operations that one arrival can still bring to this objective; `None` where nobody knows (`repeat` by a
/// variable, closed model without a number of iterations).
pub(super) fn operations_per_arrival(objective: &Objective, flows: &[Flow], load: &Load) -> Option<f64> {
    if load.model == LoadModel::Closed {
        return None;
    }
    let of_flow = |flow: &Flow| -> Option<f64> {
        flow.steps
            .iter()
            .map(|step| match &step.repeat {
                None => Some(1.0),
                Some(repeat) => repeat.literal().and_then(|number| number.trim().parse::<f64>().ok()),
            })
            .sum()
    };
    let mut most = 0.0_f64;
    for flow in flows.iter().filter(|flow| objective.flow.as_ref().is_none_or(|name| *name == flow.name)) {
        most = most.max(of_flow(flow)?);
    }
    Some(most)
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
