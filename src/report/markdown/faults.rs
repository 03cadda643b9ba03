//! Faults: planned, applied, healed, and when users were served again.

use super::Page;
use crate::report::number::{number, seconds};
use crate::report::terminal::word;
use crate::verify::{Assessment, FaultReport, Interval, Verdict, struck_of};

/// The table; all times in seconds from the start of the load.
pub(super) fn section(page: &mut Page, assessment: &Assessment) {
    if assessment.faults.is_empty() {
        return;
    }
    page.heading("Faults");
    page.table(&[
        "verdict",
        "fault",
        "kind",
        "targets",
        "planned s:",
        "applied s:",
        "healed s:",
        "struck",
        "recovered s:",
        "bad:",
        "operations:",
    ]);
    for report in &assessment.faults {
        page.row(&row(report));
    }
    page.gap();
    for report in assessment.faults.iter().filter(|report| report.verdict != Verdict::Pass) {
        page.item(&format!("{} {}: {}", word(report.verdict), name(report), report.reason));
    }
}

fn name(report: &FaultReport) -> String {
    match report.occurrence {
        0 => report.id.clone(),
        again => format!("{} #{again}", report.id),
    }
}

fn row(report: &FaultReport) -> [String; 11] {
    [
        word(report.verdict).to_owned(),
        name(report),
        report.kind.clone(),
        report.targets.join(" "),
        seconds(report.planned),
        seconds(report.applied),
        seconds(report.healed),
        report.struck.as_ref().map_or(String::new(), struck_of),
        report.recovery.as_ref().map_or(String::new(), |recovery| span(recovery.after_applied)),
        report.bad.to_string(),
        report.operations.to_string(),
    ]
}

fn span(found: Interval) -> String {
    match (found.low, found.high) {
        (low, Some(high)) => format!("{} to {}", number(low.unwrap_or(0.0)), number(high)),
        (low, None) => format!("not within {}", number(low.unwrap_or(0.0))),
    }
}
