//! From the assessment to suites of test cases.

use crate::verify::{
    Assessment, FaultReport, GeneratorReport, InvariantReport, ObjectiveReport, Standing, struck_of,
};
use std::collections::BTreeMap;

/// What became of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It holds.
    Passed,
    /// It failed in a counter-run that names it.
    ExpectedFail,
    /// It was violated.
    Failed,
    /// It could not be evaluated.
    Error,
    /// It was not asked for, or does not gate.
    Skipped,
}

/// One thing that was judged.
#[derive(Clone, Debug)]
pub(super) struct Case {
    /// Its name: the plan's, without any measured value.
    pub(super) name: String,
    /// What became of it.
    pub(super) outcome: Outcome,
    /// Why, in one sentence.
    pub(super) message: String,
    /// What shows it.
    pub(super) details: Vec<String>,
    /// How long it took in seconds.
    pub(super) seconds: f64,
}

/// Cases of one kind.
#[derive(Clone, Debug)]
pub(super) struct Suite {
    /// Its name.
    pub(super) name: &'static str,
    /// What is in it.
    pub(super) cases: Vec<Case>,
}

/// The suites, in the order in which they are written.
pub(super) fn suites(assessment: &Assessment) -> [Suite; 4] {
    [
        suite("objective", assessment.objectives.iter().map(objective)),
        suite("invariant", assessment.invariants.iter().map(invariant)),
        suite("fault", assessment.faults.iter().map(fault)),
        suite("run", [generator(&assessment.generator, assessment.duration), record(&assessment.caveats)]),
    ]
}

/// Names that occur twice are numbered, so that no case hides another.
fn suite(name: &'static str, cases: impl IntoIterator<Item = Case>) -> Suite {
    let mut seen = BTreeMap::new();
    let numbered = |mut case: Case| {
        let times = seen.entry(case.name.clone()).and_modify(|times| *times += 1).or_insert(1);
        if *times > 1 {
            case.name = format!("{} ({times})", case.name);
        }
        case
    };
    Suite { name, cases: cases.into_iter().map(numbered).collect() }
}

fn outcome(standing: impl Into<Standing>) -> Outcome {
    match standing.into() {
        Standing::Pass => Outcome::Passed,
        Standing::ExpectedFail => Outcome::ExpectedFail,
        Standing::Fail => Outcome::Failed,
        Standing::Unknown => Outcome::Error,
    }
}

fn objective(report: &ObjectiveReport) -> Case {
    let (outcome, message) = match report.advisory {
        true => (Outcome::Skipped, format!("advisory, does not gate: {}", report.reason)),
        false => (outcome(report.standing()), report.explained()),
    };
    let mut details = vec![
        format!("expected: {}", report.expect),
        format!("actual: {} of {} samples", report.actual_text, report.samples),
        format!("window: {}", report.window),
    ];
    details.extend(report.evidence.iter().cloned());
    Case { name: report.id.clone(), outcome, message, details, seconds: 0.0 }
}

fn invariant(report: &InvariantReport) -> Case {
    let mut details =
        vec![format!("checker: {}", report.check), format!("operations seen: {}", report.samples)];
    details.extend(report.evidence.iter().cloned());
    Case {
        name: report.id.clone(),
        outcome: outcome(report.standing()),
        message: report.explained(),
        details,
        seconds: 0.0,
    }
}

fn fault(report: &FaultReport) -> Case {
    let name = match report.occurrence {
        0 => report.id.clone(),
        again => format!("{} #{again}", report.id),
    };
    let kind = match report.targets.as_slice() {
        [] => report.kind.clone(),
        targets => format!("{} {}", report.kind, targets.join(" ")),
    };
    let at = |name: &str, second: Option<f64>| second.map(|second| format!("{name}: {second:.3} s"));
    let times = [at("planned", report.planned), at("applied", report.applied), at("healed", report.healed)];
    let struck = report.struck.as_ref().map(|struck| format!("struck: {}", struck_of(struck)));
    let span = report.applied.zip(report.healed).map_or(0.0, |(applied, healed)| healed - applied);
    Case {
        name,
        outcome: outcome(report.verdict),
        message: report.reason.clone(),
        details: std::iter::once(kind).chain(times.into_iter().flatten()).chain(struck).collect(),
        seconds: span.max(0.0),
    }
}

fn generator(report: &GeneratorReport, seconds: f64) -> Case {
    let details = vec![format!(
        "{} of {} planned arrivals started, {} dropped",
        report.started, report.planned, report.dropped
    )];
    Case {
        name: "generator".to_owned(),
        outcome: outcome(report.verdict),
        message: report.reason.clone(),
        details,
        seconds,
    }
}

fn record(caveats: &[String]) -> Case {
    Case {
        name: "record".to_owned(),
        outcome: if caveats.is_empty() { Outcome::Passed } else { Outcome::Error },
        message: caveats.first().cloned().unwrap_or_default(),
        details: caveats.to_vec(),
        seconds: 0.0,
    }
}
