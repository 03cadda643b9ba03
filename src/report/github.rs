//! Annotations as GitHub shows them beside a pull request's files: workflow commands, one line each.
//!
//! <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>. GitHub shows ten per step and
//! drops the others, so the ten worst are given, what was violated before what could not be judged.

use super::masked;
use super::terminal::word;
use crate::plan::Plan;
use crate::verify::{Assessment, FaultReport, InvariantReport, ObjectiveReport, Standing};

/// GitHub shows no more of a step.
pub const MOST: usize = 10;
const LONGEST_TITLE: usize = 200;
const LONGEST_MESSAGE: usize = 4_000;

/// A place in a plan's file; line and column count from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, relative to the repository.
    pub file: String,
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
}

/// The annotations, and how many more there would have been.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Annotations {
    /// Workflow commands, a line each.
    pub text: String,
    /// What did not find room among the worst ten.
    pub left_out: usize,
}

/// What is to be annotated.
struct Finding<'a> {
    standing: Standing,
    advisory: bool,
    name: &'a str,
    /// The plan's path of what it is about: `objective[2]`.
    path: String,
    reason: String,
    evidence: &'a [String],
}

impl Finding<'_> {
    /// The smaller, the worse.
    fn rank(&self) -> u8 {
        match (self.advisory, self.standing, self.path.starts_with("invariant")) {
            (false, Standing::Fail, true) => 0,
            (false, Standing::Fail, false) => 1,
            (false, Standing::Unknown, _) => 2,
            _ => 3,
        }
    }
}

/// The ten worst findings of a run. `place` tells where the value at a path of the plan (`objective[2]`) stands.
pub fn annotations(
    plan: &Plan,
    assessment: &Assessment,
    place: &dyn Fn(&str) -> Option<Place>,
) -> Annotations {
    let mut found = findings(plan, assessment);
    found.sort_by_key(Finding::rank);
    Annotations {
        text: found.iter().take(MOST).map(|finding| command(finding, place)).collect(),
        left_out: found.len().saturating_sub(MOST),
    }
}

fn findings<'a>(plan: &Plan, assessment: &'a Assessment) -> Vec<Finding<'a>> {
    let objectives =
        assessment.objectives.iter().enumerate().map(|(number, report)| objective(number, report));
    let invariants =
        assessment.invariants.iter().enumerate().map(|(number, report)| invariant(number, report));
    let faults = assessment.faults.iter().map(|report| fault(plan, report));
    let generator = Finding {
        standing: assessment.generator.verdict.into(),
        advisory: false,
        name: "generator",
        path: "load".to_owned(),
        reason: assessment.generator.reason.clone(),
        evidence: &[],
    };
    let caveats = assessment.caveats.iter().map(|caveat| Finding {
        standing: Standing::Unknown,
        advisory: false,
        name: "record",
        path: String::new(),
        reason: caveat.clone(),
        evidence: &[],
    });
    invariants
        .chain(objectives)
        .chain([generator])
        .chain(faults)
        .chain(caveats)
        .filter(|finding| finding.standing != Standing::Pass)
        .collect()
}

fn objective(number: usize, report: &ObjectiveReport) -> Finding<'_> {
    Finding {
        standing: report.standing(),
        advisory: report.advisory,
        name: &report.id,
        path: format!("objective[{number}]"),
        reason: report.explained(),
        evidence: &report.evidence,
    }
}

fn invariant(number: usize, report: &InvariantReport) -> Finding<'_> {
    Finding {
        standing: report.standing(),
        advisory: false,
        name: &report.id,
        path: format!("invariant[{number}]"),
        reason: report.explained(),
        evidence: &report.evidence,
    }
}

fn fault<'a>(plan: &Plan, report: &'a FaultReport) -> Finding<'a> {
    let number = plan.faults.iter().position(|fault| fault.id == report.id);
    Finding {
        standing: report.verdict.into(),
        advisory: false,
        name: &report.id,
        path: number.map_or_else(|| "fault".to_owned(), |number| format!("fault[{number}]")),
        reason: report.reason.clone(),
        evidence: &[],
    }
}

fn command(finding: &Finding, place: &dyn Fn(&str) -> Option<Place>) -> String {
    let level = match (finding.advisory, finding.standing) {
        (true, _) | (_, Standing::Pass | Standing::ExpectedFail) => "notice",
        (false, Standing::Fail) => "error",
        (false, Standing::Unknown) => "warning",
    };
    let at = place(&finding.path).map_or(String::new(), |place| {
        format!("file={},line={},col={},", property(&place.file), place.line, place.column)
    });
    let title = clipped(&format!("{} {}", word(finding.standing), finding.name), LONGEST_TITLE);
    let lines: Vec<&str> =
        std::iter::once(finding.reason.as_str()).chain(finding.evidence.iter().map(String::as_str)).collect();
    let message = clipped(&masked(&lines.join("\n")), LONGEST_MESSAGE);
    format!("::{level} {at}title={}::{}\n", property(&title), data(&message))
}

/// The text of a command: one line.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a command's property: colons and commas have a meaning too.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

fn clipped(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}
