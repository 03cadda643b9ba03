//! `p50` … `p99.99`, `max`, `mean` and `share(<=T)`: latencies, judged from the intended and from the actual send.
//!
//! A generator that sends late makes latencies from the intended start longer than the deployment is to blame for; one
//! that waits for slow replies hides latencies from the actual start. Where both give the same verdict it stands; where
//! not, nothing can be said.

use super::{Case, Finding, share::burned};
use crate::plan::expression::Metric;
use crate::stats::{Latencies, Quantile, enough, quantile_interval};
use crate::verify::assessment::{Interval, Verdict};

/// The latency that a share `q` of all operations did not exceed; bad operations rank above every good one.
pub fn quantile(case: &Case, q: f64) -> Finding {
    let samples = case.tally.latencies.total();
    let of = |latencies: &Latencies| latencies.quantile(q).value().map(|nanos| nanos as f64);
    let (intended, sent) = (of(&case.tally.latencies), of(&case.tally.from_send));
    let mut finding = twice(case, intended, sent, samples);
    finding.interval =
        quantile_interval(&case.tally.by_second(case.windows), q, case.manifest.seed).map(|found| {
            let end = |quantile: Quantile| quantile.value().map(|nanos| nanos as f64);
            Interval { low: end(found.low), high: end(found.high) }
        });
    if case.is_ceiling() {
        let within = case.tally.latencies.share_within(case.bound() as u64).unwrap_or(0.0);
        finding.budget = burned(1.0 - within, 1.0 - q);
    }
    if !enough(q, samples) {
        finding.verdict = Verdict::Unknown;
        let needed = (10.0 / (1.0 - q)).round();
        finding.reason =
            format!("{} needs at least {needed} operations, there were {samples}", case.metric());
    }
    finding
}

/// The longest latency of a good operation.
pub fn longest(case: &Case) -> Finding {
    let value = |max: Option<crate::event::Nanos>| max.map(|nanos| nanos.0 as f64);
    twice(case, value(case.tally.max), value(case.tally.max_from_send), case.tally.latencies.good.total())
}

/// The mean latency of the good operations.
pub fn mean(case: &Case) -> Finding {
    let total = case.tally.total();
    let of = |sum: f64| (total.good > 0).then(|| sum / total.good as f64);
    let mut finding = twice(case, of(total.sum), of(total.sum_from_send), total.good);
    finding.interval = case
        .interval(|cell, _| [cell.sum, cell.good as f64], |sums| (sums[1] > 0.0).then(|| sums[0] / sums[1]));
    finding
}

/// The share of all operations that were good and took no longer than the limit.
pub fn share(case: &Case) -> Finding {
    let total = case.tally.total();
    let of = |within: u64| Some(within as f64 / total.operations as f64);
    let mut finding = twice(case, of(total.within), of(total.within_from_send), total.operations);
    finding.interval = case.interval(
        |cell, _| [cell.within as f64, cell.operations as f64],
        |sums| (sums[1] > 0.0).then(|| sums[0] / sums[1]),
    );
    if !case.is_ceiling() {
        let missed = 1.0 - total.within as f64 / total.operations as f64;
        finding.budget = burned(missed, 1.0 - case.bound());
    }
    finding
}

/// Judges a latency from the intended and from the actual send. No value means that there was no good reply: longer than
/// any bound.
fn twice(case: &Case, intended: Option<f64>, sent: Option<f64>, samples: u64) -> Finding {
    let judge = |value: Option<f64>| case.verdict_of(value.unwrap_or(f64::INFINITY));
    let show = |value: Option<f64>| value.map_or("no good reply".to_owned(), |value| case.show(value));
    let (first, second) = (judge(intended), judge(sent));
    let mut finding = match intended {
        Some(actual) => case.finding(actual, samples),
        None => Finding {
            verdict: first,
            reason: match case.metric() {
                Metric::Quantile(_) => {
                    format!("{} lies among operations without a good reply", case.metric())
                }
                _ => "there was no good reply".to_owned(),
            },
            text: Some("no good reply".to_owned()),
            samples,
            ..Finding::unknown("")
        },
    };
    finding.from_send = sent;
    if first != second {
        finding.verdict = Verdict::Unknown;
        finding.reason = format!(
            "{} from the intended and {} from the actual send: the generator was too late to tell",
            show(intended),
            show(sent),
        );
    }
    finding
}
