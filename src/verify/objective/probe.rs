//! `min`, `max`, `mean` and `last` of a probe's samples.

use super::{Case, Finding};
use crate::event::{Event, Sample};
use crate::plan::expression::{SampleStat, Samples};
use crate::verify::Verdict;

/// From here on 64-bit floats do not tell neighbouring whole numbers apart.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The statistic over the samples that were taken inside the window; failed samples, and values that
/// are not numbers (older records hold some), say nothing and are counted.
pub fn measure(case: &Case, stat: SampleStat, name: &str) -> Finding {
    let inside: Vec<&Sample> =
        case.samples.iter().filter(|sample| sample.name == name && is_inside(case, sample)).collect();
    let values: Vec<f64> =
        inside.iter().filter_map(|sample| sample.value.filter(|value| !value.is_nan())).collect();
    let failed = inside.len() - values.len();
    let why = first_failure(case, name);
    let Some(value) = Samples::from_iter(values.iter().copied()).stat(stat) else {
        return Finding::unknown(match failed {
            0 => format!("probe {name} has no sample in this window"),
            _ => format!("probe {name} has no value in this window: all {failed} samples failed{why}"),
        });
    };
    let mut finding = case.finding(value, values.len() as u64);
    if failed > 0 {
        finding.reason.push_str(&format!("; {failed} of {} samples failed{why}", inside.len()));
    }
    if value == case.bound() && value.abs() >= EXACT {
        finding.verdict = Verdict::Unknown;
        finding.reason.push_str(", and beyond 2^53 a sample is not told apart from the bound");
    }
    finding
}

/// Why the probe gave no value for the first time, to stand behind a colon.
fn first_failure(case: &Case, name: &str) -> String {
    let reason = case.events.iter().find_map(|timed| match &timed.event {
        Event::ProbeFailed { probe, reason } if probe == name => Some(reason),
        _ => None,
    });
    reason.map_or(String::new(), |reason| format!(" (first: {reason})"))
}

fn is_inside(case: &Case, sample: &Sample) -> bool {
    case.windows.measured().contains(sample.time)
        && case.windows.place(sample.time, sample.time).is_in(&case.tally.wanted().aim)
}
