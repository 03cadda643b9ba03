//! What is compared: of each run one figure per objective, per step and per fault.

use super::Judged;
use crate::plan::expression::{Comparator, Expectation, Unit};
use crate::stats::enough;
use crate::verify::{Assessment, FaultReport, ObjectiveReport, StepReport, Verdict};
use serde::Serialize;

/// What a figure belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Group {
    /// An objective.
    Objective,
    /// A step.
    Step,
    /// A fault.
    Fault,
}

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Better {
    /// The smaller, the better.
    Lower,
    /// The larger, the better.
    Higher,
}

/// One figure of one run. `f64::INFINITY`: there is no value because it was beyond all measure (no good reply, no
/// recovery).
#[derive(Clone, Debug, PartialEq)]
struct Figure {
    key: Key,
    value: f64,
}

/// What tells figures apart.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Key {
    pub(super) group: Group,
    pub(super) name: String,
    pub(super) measure: String,
    pub(super) unit: Unit,
    pub(super) better: Better,
}

/// A figure of every run that has it.
#[derive(Clone, Debug)]
pub(super) struct Measure {
    pub(super) key: Key,
    pub(super) a: Vec<f64>,
    pub(super) b: Vec<f64>,
}

/// All figures that both sides have, in the order of A's plan.
pub(super) fn measures(a: &[Judged], b: &[Judged]) -> Vec<Measure> {
    let mut all: Vec<Measure> = Vec::new();
    for (runs, is_a) in [(a, true), (b, false)] {
        for figure in runs.iter().flat_map(|run| figures(&run.assessment)) {
            let place = all.iter().position(|measure| measure.key == figure.key).unwrap_or_else(|| {
                all.push(Measure { key: figure.key.clone(), a: Vec::new(), b: Vec::new() });
                all.len() - 1
            });
            if is_a { &mut all[place].a } else { &mut all[place].b }.push(figure.value);
        }
    }
    all.retain(|measure| !measure.a.is_empty() && !measure.b.is_empty());
    all
}

fn figures(assessment: &Assessment) -> Vec<Figure> {
    let objectives = assessment.objectives.iter().filter_map(objective);
    let steps = assessment.steps.iter().flat_map(step);
    let faults = assessment.faults.iter().flat_map(fault);
    objectives.chain(steps).chain(faults).collect()
}

fn objective(report: &ObjectiveReport) -> Option<Figure> {
    let expectation: Expectation = report.expect.parse().ok()?;
    let better = match expectation.comparator {
        Comparator::Less | Comparator::AtMost => Better::Lower,
        Comparator::More | Comparator::AtLeast => Better::Higher,
        // Neither way is better.
        Comparator::Equal => return None,
    };
    let value = match (report.actual, report.verdict) {
        (Some(value), _) => value,
        // It failed without a value: no good reply, no recovery.
        (None, Verdict::Fail) if better == Better::Lower => f64::INFINITY,
        (None, _) => return None,
    };
    let unit = expectation.metric.unit();
    let key = Key {
        group: Group::Objective,
        name: report.id.clone(),
        measure: expectation.metric.to_string(),
        unit,
        better,
    };
    Some(Figure { key, value })
}

fn step(report: &StepReport) -> Vec<Figure> {
    let figure = |measure: &str, unit, value| Figure {
        key: Key {
            group: Group::Step,
            name: format!("{}/{}", report.flow, report.step),
            measure: measure.to_owned(),
            unit,
            better: Better::Lower,
        },
        value,
    };
    if report.operations == 0 {
        return Vec::new();
    }
    let quantiles = [("p50", 0.5, report.p50), ("p90", 0.9, report.p90), ("p99", 0.99, report.p99)];
    let latencies = quantiles
        .into_iter()
        .filter(|(_, q, _)| enough(*q, report.operations))
        .map(|(measure, _, value)| figure(measure, Unit::Time, value.unwrap_or(f64::INFINITY)));
    let per_operation = |count: u64| count as f64 / report.operations as f64;
    let counts = [
        figure("bad", Unit::Share, per_operation(report.bad)),
        figure("attempts/op", Unit::Number, per_operation(report.attempts)),
    ];
    latencies.chain(counts).collect()
}

fn fault(report: &FaultReport) -> Vec<Figure> {
    let name = match report.occurrence {
        0 => report.id.clone(),
        again => format!("{} #{again}", report.id),
    };
    let figure = |measure: &str, unit, value| Figure {
        key: Key {
            group: Group::Fault,
            name: name.clone(),
            measure: measure.to_owned(),
            unit,
            better: Better::Lower,
        },
        value,
    };
    let recovery = report.recovery.as_ref().map(|recovery| {
        let seconds = recovery.after_applied.high.unwrap_or(f64::INFINITY);
        figure("recovery", Unit::Time, seconds * 1e9)
    });
    let bad = (report.operations > 0)
        .then(|| figure("bad", Unit::Share, report.bad as f64 / report.operations as f64));
    recovery.into_iter().chain(bad).collect()
}
