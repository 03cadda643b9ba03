//! Objectives and invariants: the verdict on each; under those that did not pass, why, and what shows it.

use super::table::Table;
use super::{Row, Style, judged};
use crate::verify::{Assessment, InvariantReport, ObjectiveReport, Standing};

/// The table.
pub fn section(assessment: &Assessment, style: Style) -> String {
    let mut out = String::new();
    if !assessment.objectives.is_empty() {
        let head = ["verdict", "objective", "expected", "actual", "window"];
        let table = Table::new(&head).right(&[3]);
        out.push_str(&judged(table, assessment.objectives.iter().map(objective), &[1, 2, 4], style));
    }
    if !assessment.invariants.is_empty() {
        let table = Table::new(&["verdict", "invariant", "checker", "samples"]).right(&[3]);
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&judged(table, assessment.invariants.iter().map(invariant), &[1, 2], style));
    }
    out
}

fn objective(report: &ObjectiveReport) -> Row {
    let named = !report.id.starts_with(&report.expect);
    let place = report.step.as_ref().or(report.flow.as_ref());
    let mut label = match place {
        _ if named => report.id.clone(),
        Some(place) => place.clone(),
        None => "all operations".to_owned(),
    };
    if report.advisory {
        label.push_str(" (advisory)");
    }
    let mut notes = Vec::new();
    if report.standing() != Standing::Pass {
        notes.push(report.explained());
        notes.extend(report.evidence.iter().cloned());
    }
    let cells = vec![label, report.expect.clone(), report.actual_text.clone(), report.window.clone()];
    (report.standing(), cells, notes)
}

fn invariant(report: &InvariantReport) -> Row {
    let mut notes = Vec::new();
    if report.standing() != Standing::Pass {
        notes.push(report.explained());
        notes.extend(report.evidence.iter().cloned());
    }
    (report.standing(), vec![report.id.clone(), report.check.clone(), report.samples.to_string()], notes)
}
