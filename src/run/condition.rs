//! Whether a fault's `when` holds: an indicator over the last whole second, or, for probes and `dropped`, over the load so far.

use crate::plan::expression::{Counts, Expectation, Metric, Samples};
use crate::stats::Latencies;
use std::collections::BTreeMap;

/// One second of the load, as far as it has been recorded.
#[derive(Clone, Debug, Default)]
pub(super) struct Second {
    /// Operations that were good or bad, with their latencies.
    pub(super) latencies: Latencies,
    /// The same in numbers; arrivals and what was dropped are not told by the second.
    pub(super) counts: Counts,
}

/// What is known of the load since it began.
#[derive(Clone, Debug, Default)]
pub(super) struct SoFar {
    /// The samples of each probe.
    pub(super) probes: BTreeMap<String, Samples>,
    /// Arrivals, and those that were dropped.
    pub(super) counts: Counts,
}

/// Whether `expect` holds of this second and of the load so far; `false` where there is nothing to measure yet.
pub(super) fn holds(expect: &Expectation, second: &Second, so_far: &SoFar) -> bool {
    measure(&expect.metric, second, so_far).is_some_and(|value| expect.holds(value))
}

fn measure(metric: &Metric, second: &Second, so_far: &SoFar) -> Option<f64> {
    match metric {
        Metric::Availability | Metric::ErrorRate | Metric::AttemptsPerOperation => {
            second.counts.ratio(metric)
        }
        Metric::Dropped => so_far.counts.ratio(metric),
        Metric::Throughput => Some(second.counts.good as f64),
        // Where the quantile lands among the bad no good reply came: longer than any bound.
        Metric::Quantile(q) => (second.counts.operations > 0)
            .then(|| second.latencies.quantile(*q).value().map_or(f64::INFINITY, |nanos| nanos as f64)),
        Metric::Max => second.latencies.max().map(|nanos| nanos as f64),
        Metric::Mean => second.latencies.mean(),
        Metric::Share(limit) => second.latencies.share_within(limit.as_nanos() as u64),
        Metric::Probe(stat, name) => so_far.probes.get(name)?.stat(*stat),
        // The check of a plan refuses these: they are known when all is over.
        Metric::Recovery | Metric::RecoveryAfterHeal => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Bucket;

    fn expect(text: &str) -> Expectation {
        text.parse().expect(text)
    }

    fn second() -> Second {
        let mut latencies = Latencies::default();
        latencies.add(Bucket::of(5_000), true, 90);
        latencies.add(Bucket::of(5_000), false, 10);
        let counts = Counts { operations: 100, good: 90, attempts: 120, ..Counts::default() };
        Second { latencies, counts }
    }

    fn so_far() -> SoFar {
        let probes = BTreeMap::from([("queue".to_owned(), Samples::from_iter([3.0, 9.0, 6.0]))]);
        SoFar { probes, counts: Counts { arrivals: 200, dropped: 10, ..Counts::default() } }
    }

    #[test]
    fn a_condition_is_measured_on_one_second_or_on_the_load_so_far() {
        for (text, wanted) in [
            ("availability < 95%", true),
            ("throughput > 90/s", false),
            ("min(queue) < 4", true),
            ("min(queue) < 3", false),
            ("max(queue) >= 9", true),
            ("mean(queue) > 5", true),
            ("last(queue) >= 7", false),
            ("dropped > 4%", true),
            ("attempts_per_operation > 1.1", true),
            ("share(<=1ms) < 1%", true),
        ] {
            assert_eq!(holds(&expect(text), &second(), &so_far()), wanted, "{text}");
        }
    }

    #[test]
    fn nothing_measured_holds_nothing() {
        let none = SoFar::default();
        for text in ["availability < 95%", "last(queue) >= 0", "dropped >= 0%", "p99 > 1ns", "max > 1ns"] {
            assert!(!holds(&expect(text), &Second::default(), &none), "{text}");
        }
    }

    /// Each indicator that there is either has a value while the load runs, or a plan that waits for it is refused.
    #[test]
    fn every_indicator_is_evaluated_live_or_refused() {
        for indicator in [
            "availability >= 1%",
            "error_rate >= 1%",
            "p50 > 1ms",
            "p99.9 > 1ms",
            "max > 1ms",
            "mean > 1ms",
            "share(<=250ms) > 1%",
            "throughput > 1/s",
            "dropped > 1%",
            "attempts_per_operation > 1",
            "recovery > 1s",
            "recovery_after_heal > 1s",
            "min(queue) > 1",
            "max(queue) > 1",
            "mean(queue) > 1",
            "last(queue) > 1",
        ] {
            let expect = expect(indicator);
            let is_known = measure(&expect.metric, &second(), &so_far()).is_some();
            assert_eq!(is_known, is_accepted(indicator), "{indicator}");
            // A new indicator must be added to this list: there is no other arm.
            match expect.metric {
                Metric::Availability
                | Metric::ErrorRate
                | Metric::Quantile(_)
                | Metric::Max
                | Metric::Mean
                | Metric::Share(_)
                | Metric::Throughput
                | Metric::Dropped
                | Metric::AttemptsPerOperation
                | Metric::Recovery
                | Metric::RecoveryAfterHeal
                | Metric::Probe(..) => {}
            }
        }
    }

    /// Whether a plan with a fault that waits for this passes its check.
    fn is_accepted(when: &str) -> bool {
        let text = format!(
            "name = 'x'\n[target]\nurl = 'http://127.0.0.1:1'\n[stack]\nkind = 'processes'\n\
             [[stack.service]]\nname = 'node'\ncommand = ['sleep', '9']\n\
             [[probe]]\nname = 'queue'\nget = '/q'\nvalue = '$.q'\n[load]\nrate = '10/s'\nfor = '30s'\n\
             [[flow]]\nname = 'f'\n[[flow.step]]\nname = 'a'\nget = '/'\n\
             [[fault]]\nid = 'dies'\nwhen = '{when}'\nfor = '5s'\nkill = {{ service = 'node' }}\n\
             [[objective]]\nexpect = 'availability >= 99%'\n"
        );
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("plan.toml");
        std::fs::write(&path, text).expect("written");
        let loaded = crate::plan::load(&path, &[]);
        if let Err(problems) = &loaded {
            let told = problems.to_string();
            assert!(told.contains("recovery is known only"), "{when} is refused for another reason: {told}");
        }
        loaded.is_ok()
    }
}
