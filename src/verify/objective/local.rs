//! What operations that failed by our own doing leave of a verdict.

use super::{Case, Finding};
use crate::plan::expression::Metric;
use crate::stats::{Bucket, Latencies};
use crate::verify::assessment::Verdict;

/// The finding, Unknown where it hangs on operations that failed by our own doing.
pub fn weighed(case: &Case, finding: Finding) -> Finding {
    let local = case.tally.local;
    if local.operations == 0 {
        return finding;
    }
    let count = format!(
        "{} more operations failed by the generator's own doing ({})",
        local.operations,
        local.causes()
    );
    let verdicts: Vec<Verdict> = extremes(case).into_iter().map(|actual| case.verdict_of(actual)).collect();
    if finding.verdict == Verdict::Unknown || verdicts.iter().all(|verdict| *verdict == finding.verdict) {
        return Finding { reason: format!("{}; {count}", finding.reason), ..finding };
    }
    let reason = format!("{}; {count}, which may change it", finding.reason);
    Finding { verdict: Verdict::Unknown, reason, ..finding }
}

/// The metric with all of them good and as fast as can be, and with all of them bad. Nothing for metrics that do not
/// count them.
fn extremes(case: &Case) -> Vec<f64> {
    let total = case.tally.total();
    let more = case.tally.local.operations as f64;
    let (all, good) = (total.operations as f64 + more, total.good as f64);
    let bad = total.operations as f64 - good;
    match case.metric() {
        Metric::Availability => vec![(good + more) / all, good / all],
        Metric::ErrorRate => vec![bad / all, (bad + more) / all],
        Metric::Share(_) => vec![(total.within as f64 + more) / all, total.within as f64 / all],
        Metric::Quantile(q) => [true, false].map(|good| quantile(case, *q, good)).to_vec(),
        Metric::Max => vec![case.tally.max.map_or(0.0, |max| max.0 as f64), f64::INFINITY],
        Metric::Mean => vec![total.sum / (good + more), f64::INFINITY],
        Metric::Throughput => {
            let seconds: f64 = case.tally.cells(case.windows).iter().map(|(_, seconds)| seconds).sum();
            vec![(good + more) / seconds, good / seconds]
        }
        Metric::Dropped => {
            let more = case.tally.local.arrivals as f64;
            let (dropped, arrivals) = (total.dropped as f64, total.arrivals as f64 + more);
            vec![dropped / arrivals, (dropped + more) / arrivals]
        }
        Metric::AttemptsPerOperation | Metric::Recovery | Metric::RecoveryAfterHeal | Metric::Probe(..) => {
            Vec::new()
        }
    }
}

fn quantile(case: &Case, q: f64, good: bool) -> f64 {
    let mut latencies: Latencies = case.tally.latencies.clone();
    latencies.add(Bucket::of(0), good, case.tally.local.operations);
    latencies.quantile(q).value().map_or(f64::INFINITY, |nanos| nanos as f64)
}
