//! What a run shows, in one line.

use crate::verify::{Assessment, InvariantReport, ObjectiveReport, Verdict};

/// Objectives that are named; the others are counted.
const NAMED: usize = 4;
const LONGEST: usize = 300;

/// One line: for a run that passed the figures, for another the reason and what shows it first.
pub fn evidence(assessment: &Assessment) -> String {
    let line = match assessment.verdict {
        Verdict::Pass => figures(assessment),
        Verdict::Fail | Verdict::Unknown => {
            let shown = first(assessment).map_or(String::new(), |line| format!(" {line}"));
            format!("{}{shown}", assessment.reason)
        }
    };
    let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LONGEST {
        return line;
    }
    line.chars().take(LONGEST - 1).chain(['…']).collect()
}

fn figures(assessment: &Assessment) -> String {
    let gating: Vec<&ObjectiveReport> =
        assessment.objectives.iter().filter(|objective| !objective.advisory).collect();
    let mut parts: Vec<String> = gating.iter().take(NAMED).map(|report| objective(report)).collect();
    if gating.len() > NAMED {
        parts.push(format!("{} more objectives kept", gating.len() - NAMED));
    }
    parts.extend(assessment.invariants.iter().map(invariant));
    if parts.is_empty() { assessment.reason.clone() } else { parts.join("; ") }
}

fn objective(report: &ObjectiveReport) -> String {
    // An objective without an id of its own is called by its expression, which says what was measured.
    if report.id.starts_with(&report.expect) {
        format!("{}: {}", report.id, report.actual_text)
    } else {
        format!("{}: {} ({})", report.id, report.actual_text, report.expect)
    }
}

fn invariant(report: &InvariantReport) -> String {
    format!("{}: {} operations", report.id, report.samples)
}

/// The first line that shows why it did not pass.
fn first(assessment: &Assessment) -> Option<&str> {
    let verdict = assessment.verdict;
    let objectives =
        assessment.objectives.iter().map(|report| (report.verdict, report.evidence.first(), &report.reason));
    let invariants =
        assessment.invariants.iter().map(|report| (report.verdict, report.evidence.first(), &report.reason));
    invariants
        .chain(objectives)
        .find(|(found, ..)| *found == verdict)
        .map(|(_, line, reason)| line.unwrap_or(reason).as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::testing::{assessment, objective};

    #[test]
    fn a_run_that_passed_shows_its_figures() {
        let mut passed = assessment();
        let mut named = objective("fast", Verdict::Pass);
        (named.expect, named.actual_text) = ("p99 < 300ms".into(), "12ms".into());
        passed.objectives.push(named);
        assert_eq!(evidence(&passed), "availability >= 99%: 99.5%; fast: 12ms (p99 < 300ms)");
    }

    #[test]
    fn a_run_that_failed_shows_why_on_one_line() {
        let mut failed = assessment();
        let mut lost = objective("a", Verdict::Fail);
        lost.evidence = vec!["412 x timeout\non order".into(), "more".into()];
        (failed.objectives, failed.verdict, failed.reason) = (vec![lost], Verdict::Fail, "a failed.".into());
        assert_eq!(evidence(&failed), "a failed. 412 x timeout on order");
        failed.reason = "x".repeat(1_000);
        assert_eq!(evidence(&failed).chars().count(), LONGEST);
    }
}
