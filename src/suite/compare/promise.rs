//! Objectives and invariants: how often each was kept on either side.

use super::Judged;
use crate::verify::{Assessment, Verdict};
use serde::Serialize;

/// How many runs came to which verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// So many passed.
    pub pass: usize,
    /// So many could not say.
    pub unknown: usize,
    /// So many failed.
    pub fail: usize,
}

impl Tally {
    /// Counts verdicts.
    pub fn of(verdicts: impl IntoIterator<Item = Verdict>) -> Tally {
        let mut tally = Tally::default();
        for verdict in verdicts {
            match verdict {
                Verdict::Pass => tally.pass += 1,
                Verdict::Unknown => tally.unknown += 1,
                Verdict::Fail => tally.fail += 1,
            }
        }
        tally
    }
}

/// One objective or invariant.
#[derive(Clone, Debug, Serialize)]
pub struct Promise {
    /// Its id.
    pub name: String,
    /// Whether it is shown only.
    pub advisory: bool,
    /// On side A.
    pub a: Tally,
    /// On side B.
    pub b: Tally,
}

impl Promise {
    /// A never broke it, B did.
    pub fn newly_broken(&self) -> bool {
        !self.advisory && self.a.fail == 0 && self.a.pass > 0 && self.b.fail > 0
    }
}

/// All of them, in the plan's order: A's, then what only B has.
pub(super) fn promises(a: &[Judged], b: &[Judged]) -> Vec<Promise> {
    let mut all: Vec<Promise> = Vec::new();
    for (runs, side) in [(a, 0), (b, 1)] {
        for run in runs {
            for (name, verdict, advisory) in of(&run.assessment) {
                let place = all.iter().position(|promise| promise.name == name).unwrap_or_else(|| {
                    all.push(Promise { name, advisory, a: Tally::default(), b: Tally::default() });
                    all.len() - 1
                });
                let found = Tally::of([verdict]);
                let tally = if side == 0 { &mut all[place].a } else { &mut all[place].b };
                tally.pass += found.pass;
                tally.unknown += found.unknown;
                tally.fail += found.fail;
            }
        }
    }
    all
}

fn of(assessment: &Assessment) -> impl Iterator<Item = (String, Verdict, bool)> + '_ {
    let objectives =
        assessment.objectives.iter().map(|report| (report.id.clone(), report.verdict, report.advisory));
    let invariants = assessment.invariants.iter().map(|report| (report.id.clone(), report.verdict, false));
    objectives.chain(invariants)
}
