//! `objectives.csv` and `invariants.csv`: what was judged, a row each, in the plan's order. Values of an objective are in
//! the base unit that stands in `unit`: ns, share (from 0 to 1), 1/s or number. An empty field: there is no value.

use super::number::quantity;
use super::terminal::word;
use super::{ReportError, Reporter, Source};
use crate::plan::expression::Unit;
use crate::verify::{InvariantReport, ObjectiveReport};
use std::io::Write;

/// `objectives.csv`.
pub struct ObjectivesCsv;

/// `invariants.csv`.
pub struct InvariantsCsv;

impl Reporter for ObjectivesCsv {
    fn file(&self) -> &'static str {
        "objectives.csv"
    }

    fn write(&self, source: &Source, out: &mut dyn Write) -> Result<(), ReportError> {
        let mut csv = csv::Writer::from_writer(out);
        csv.write_record([
            "id",
            "verdict",
            "advisory",
            "expect",
            "window",
            "flow",
            "step",
            "unit",
            "actual",
            "actual_from_send",
            "bound",
            "interval_low",
            "interval_high",
            "samples",
            "budget_burned_share",
            "reason",
        ])?;
        for report in &source.assessment.objectives {
            csv.write_record(objective(report))?;
        }
        csv.flush()?;
        Ok(())
    }
}

impl Reporter for InvariantsCsv {
    fn file(&self) -> &'static str {
        "invariants.csv"
    }

    fn write(&self, source: &Source, out: &mut dyn Write) -> Result<(), ReportError> {
        let mut csv = csv::Writer::from_writer(out);
        csv.write_record(["id", "verdict", "check", "operations", "reason", "evidence"])?;
        for report in &source.assessment.invariants {
            csv.write_record(invariant(report))?;
        }
        csv.flush()?;
        Ok(())
    }
}

fn objective(report: &ObjectiveReport) -> [String; 16] {
    let unit = quantity(&report.expect, 0.0).map_or("", |quantity| match quantity.unit {
        Unit::Time => "ns",
        Unit::Share => "share",
        Unit::Rate => "1/s",
        Unit::Number => "number",
    });
    let exact = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
    [
        report.id.clone(),
        word(report.standing()).to_lowercase(),
        report.advisory.to_string(),
        report.expect.clone(),
        report.window.clone(),
        report.flow.clone().unwrap_or_default(),
        report.step.clone().unwrap_or_default(),
        unit.to_owned(),
        exact(report.actual),
        exact(report.actual_from_send),
        report.bound.to_string(),
        exact(report.interval.and_then(|interval| interval.low)),
        exact(report.interval.and_then(|interval| interval.high)),
        report.samples.to_string(),
        exact(report.budget_burned),
        report.explained(),
    ]
}

fn invariant(report: &InvariantReport) -> [String; 6] {
    [
        report.id.clone(),
        word(report.standing()).to_lowercase(),
        report.check.clone(),
        report.samples.to_string(),
        report.explained(),
        report.evidence.join("\n"),
    ]
}
