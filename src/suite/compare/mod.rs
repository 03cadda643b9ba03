//! Two sets of runs held against each other.
//!
//! The **run** is the sample: requests of one run are autocorrelated, so that a thousand of them say no more about the
//! next run than one figure does. With five runs a side and more, Mann and Whitney's test says whether the sides differ,
//! and the estimator of Hodges and Lehmann by how much; what is below a minimum effect is not called a difference. With
//! fewer, changes are shown and nothing is concluded from them.

mod alike;
mod finding;
mod html;
mod markdown;
mod measure;
mod promise;
mod terminal;
mod text;

#[cfg(test)]
mod tests;

pub use alike::{Difference, Weight};
pub use finding::{Change, Finding};
pub use html::html;
pub use markdown::markdown;
pub use promise::{Promise, Tally};
pub use terminal::terminal;

use super::Judged;
use crate::verify::Verdict;
use serde::Serialize;

/// So many runs a side are enough for a conclusion.
pub const ENOUGH_RUNS: usize = 5;

/// The version of [`Comparison`] as JSON.
pub const FORMAT: u32 = 1;

/// One side.
#[derive(Clone, Debug, Serialize)]
pub struct Side {
    /// The run folders' names.
    pub runs: Vec<String>,
    /// Their verdicts.
    pub verdicts: Tally,
}

/// What a comparison says. B is compared with A: "worse" means that B is.
#[derive(Clone, Debug, Serialize)]
pub struct Comparison {
    /// The version of this format.
    pub format: u32,
    /// The plan.
    pub plan: String,
    /// The baseline.
    pub a: Side,
    /// What is compared with it.
    pub b: Side,
    /// In what the runs differ that should be equal.
    pub differences: Vec<Difference>,
    /// The minimum effect, as a share.
    pub minimum_effect: f64,
    /// Objectives and invariants with their verdicts.
    pub promises: Vec<Promise>,
    /// What was measured.
    pub changes: Vec<Change>,
    /// Whether B is no worse than A. Fail: it is; Unknown: there is not enough to say.
    pub verdict: Verdict,
    /// Why, in one sentence.
    pub reason: String,
}

/// Compares B with A. Changes below `minimum_effect` (a share: 0.05 is 5 %) are not called differences.
pub fn compare(a: &[Judged], b: &[Judged], minimum_effect: f64) -> Comparison {
    let differences = alike::differences(a, b);
    let promises = promise::promises(a, b);
    let enough = a.len().min(b.len()) >= ENOUGH_RUNS;
    let changes: Vec<Change> = measure::measures(a, b)
        .into_iter()
        .map(|measure| finding::change(measure, minimum_effect, enough))
        .collect();
    let (verdict, reason) = conclude(&promises, &changes, &differences, (a.len(), b.len()));
    let side = |runs: &[Judged]| Side {
        runs: runs.iter().map(Judged::name).collect(),
        verdicts: Tally::of(runs.iter().map(|run| run.assessment.verdict)),
    };
    Comparison {
        format: FORMAT,
        plan: a.first().map(|run| run.assessment.plan.clone()).unwrap_or_default(),
        a: side(a),
        b: side(b),
        differences,
        minimum_effect,
        promises,
        changes,
        verdict,
        reason,
    }
}

/// A promise that was kept and is now broken is worse whatever the statistics say: each verdict stands by itself.
fn conclude(
    promises: &[Promise],
    changes: &[Change],
    differences: &[Difference],
    (a, b): (usize, usize),
) -> (Verdict, String) {
    let broken: Vec<&str> = promises
        .iter()
        .filter(|promise| promise.newly_broken())
        .map(|promise| promise.name.as_str())
        .collect();
    if !broken.is_empty() {
        return (Verdict::Fail, format!("B breaks what A kept: {}.", text::list(&broken)));
    }
    let worse: Vec<String> =
        changes.iter().filter(|change| change.finding == Finding::Worse).map(Change::label).collect();
    if !worse.is_empty() {
        let worse: Vec<&str> = worse.iter().map(String::as_str).collect();
        return (Verdict::Fail, format!("B is worse: {}.", text::list(&worse)));
    }
    if let Some(difference) = differences.iter().find(|difference| difference.weight == Weight::Grave) {
        return (Verdict::Unknown, format!("nothing can be concluded: {}.", difference.text));
    }
    if a.min(b) < ENOUGH_RUNS {
        let reason = format!(
            "a conclusion needs {ENOUGH_RUNS} runs a side; there are {a} and {b}, so that changes are shown only."
        );
        return (Verdict::Unknown, reason);
    }
    (Verdict::Pass, "B is not shown to be worse in anything.".to_owned())
}
