//! Objectives and invariants; under the tables, why those that did not pass did not.

use super::Page;
use crate::plan::expression::Quantity;
use crate::report::number::{number, quantity};
use crate::report::terminal::word;
use crate::verify::{Assessment, Interval, ObjectiveReport, Standing};

/// The objectives.
pub(super) fn objectives(page: &mut Page, assessment: &Assessment) {
    if assessment.objectives.is_empty() {
        return;
    }
    page.heading("Objectives");
    page.table(&[
        "verdict",
        "objective",
        "expected",
        "actual:",
        "95 % interval:",
        "samples:",
        "budget burned:",
        "window",
    ]);
    for report in &assessment.objectives {
        page.row(&row(report));
    }
    page.gap();
    for report in &assessment.objectives {
        reasons(page, &report.id, report.standing(), &report.explained(), &report.evidence);
    }
}

fn row(report: &ObjectiveReport) -> [String; 8] {
    let advisory = if report.advisory { " (advisory)" } else { "" };
    [
        format!("{}{advisory}", word(report.standing())),
        report.id.clone(),
        report.expect.clone(),
        report.actual_text.clone(),
        report.interval.map_or(String::new(), |found| interval(&report.expect, found)),
        report.samples.to_string(),
        report
            .budget_burned
            .map_or(String::new(), |share| format!("{} %", number((share * 1e4).round() / 1e2))),
        report.window.clone(),
    ]
}

fn interval(expect: &str, found: Interval) -> String {
    let show = |end: Option<f64>| {
        end.map_or("…".to_owned(), |value| {
            quantity(expect, value).as_ref().map_or_else(|| number(value), Quantity::to_string)
        })
    };
    format!("{} to {}", show(found.low), show(found.high))
}

/// The invariants.
pub(super) fn invariants(page: &mut Page, assessment: &Assessment) {
    if assessment.invariants.is_empty() {
        return;
    }
    page.heading("Invariants");
    page.table(&["verdict", "invariant", "checker", "operations seen:"]);
    for report in &assessment.invariants {
        page.row(&[word(report.standing()), &report.id, &report.check, &report.samples.to_string()]);
    }
    page.gap();
    for report in &assessment.invariants {
        reasons(page, &report.id, report.standing(), &report.explained(), &report.evidence);
    }
}

fn reasons(page: &mut Page, id: &str, standing: Standing, reason: &str, evidence: &[String]) {
    if standing == Standing::Pass {
        return;
    }
    page.item(&format!("{} {id}: {reason}", word(standing)));
    evidence.iter().for_each(|line| page.text("  - ", line));
}
