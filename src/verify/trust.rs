//! What a record that is not whole can still prove: that an objective failed only where nothing that is missing could have
//! saved it.

use super::{ObjectiveReport, Verdict};
use crate::plan::expression::Metric;
use crate::record::{EVENTS, HISTOGRAMS, OPERATIONS, Record, SAMPLES};

/// The report, Unknown in place of a failure by files that are not as the run left them.
pub fn weighed(report: ObjectiveReport, metric: &Metric, record: &Record) -> ObjectiveReport {
    if report.verdict != Verdict::Fail || needed(metric, record).iter().all(|name| record.is_whole(name)) {
        return report;
    }
    let reason = format!("the record is not whole, which may explain it: {}", report.reason);
    ObjectiveReport { verdict: Verdict::Unknown, reason, ..report }
}

/// The files that decide it. Events tell the windows.
fn needed(metric: &Metric, record: &Record) -> Vec<&'static str> {
    match metric {
        Metric::Probe(..) => vec![SAMPLES, EVENTS],
        _ if record.manifest.complete => vec![OPERATIONS, EVENTS],
        _ => vec![OPERATIONS, HISTOGRAMS, EVENTS],
    }
}
