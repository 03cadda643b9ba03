//! Whether a fault's `when` holds: an indicator over the last whole second.

use crate::plan::expression::{Expectation, Metric, SampleStat};
use crate::stats::Latencies;
use std::collections::BTreeMap;

/// One second of the load, as far as it has been recorded.
#[derive(Clone, Debug, Default)]
pub(super) struct Second {
    /// Operations that were good or bad, with their latencies.
    pub(super) latencies: Latencies,
    /// Good operations.
    pub(super) good: u64,
    /// Bad operations.
    pub(super) bad: u64,
}

/// Whether `expect` holds of this second and the probes' last values; `false` where there is nothing to measure.
pub(super) fn holds(expect: &Expectation, second: &Second, probes: &BTreeMap<String, f64>) -> bool {
    measure(&expect.metric, second, probes).is_some_and(|value| expect.holds(value))
}

fn measure(metric: &Metric, second: &Second, probes: &BTreeMap<String, f64>) -> Option<f64> {
    let all = second.good + second.bad;
    let share = |part: u64| (all > 0).then(|| part as f64 / all as f64);
    match metric {
        Metric::Availability => share(second.good),
        Metric::ErrorRate => share(second.bad),
        Metric::Throughput => Some(second.good as f64),
        // Where the quantile lands among the bad no good reply came: longer than any bound.
        Metric::Quantile(q) => (all > 0)
            .then(|| second.latencies.quantile(*q).value().map_or(f64::INFINITY, |nanos| nanos as f64)),
        Metric::Max => second.latencies.max().map(|nanos| nanos as f64),
        Metric::Mean => second.latencies.mean(),
        Metric::Share(limit) => second.latencies.share_within(limit.as_nanos() as u64),
        Metric::Probe(SampleStat::Last, name) => probes.get(name).copied(),
        Metric::Probe(..)
        | Metric::Dropped
        | Metric::AttemptsPerOperation
        | Metric::Recovery
        | Metric::RecoveryAfterHeal => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expect(text: &str) -> Expectation {
        text.parse().expect(text)
    }

    #[test]
    fn a_condition_is_measured_on_one_second() {
        let second = Second { good: 90, bad: 10, ..Second::default() };
        let probes = BTreeMap::from([("queue".to_owned(), 7.0)]);
        assert!(holds(&expect("availability < 95%"), &second, &probes));
        assert!(!holds(&expect("throughput > 90/s"), &second, &probes));
        assert!(holds(&expect("last(queue) >= 7"), &second, &probes));
    }

    #[test]
    fn nothing_measured_holds_nothing() {
        let none = BTreeMap::new();
        assert!(!holds(&expect("availability < 95%"), &Second::default(), &none));
        assert!(!holds(&expect("last(queue) >= 0"), &Second::default(), &none));
    }
}
