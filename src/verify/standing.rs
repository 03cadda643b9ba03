//! What a verdict means for its run. In a counter-run, an objective that was to fail and failed is as it must be.

use super::{Assessment, InvariantReport, ObjectiveReport, Verdict};
use crate::plan::model::Counter;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a counter-run asks of an objective or invariant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// It is named in `fails`.
    MustFail,
    /// It is named in `may_fail`.
    MayFail,
}

/// What a verdict means for its run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// The promise was kept, and must have been.
    Pass,
    /// It failed in a counter-run that names it.
    ExpectedFail,
    /// Not enough was seen to say.
    Unknown,
    /// The promise was broken, or a counter-run names it and it was kept.
    Fail,
}

impl From<Verdict> for Standing {
    fn from(verdict: Verdict) -> Standing {
        match verdict {
            Verdict::Pass => Standing::Pass,
            Verdict::Unknown => Standing::Unknown,
            Verdict::Fail => Standing::Fail,
        }
    }
}

fn standing(verdict: Verdict, role: Option<Role>) -> Standing {
    match (verdict, role) {
        (Verdict::Fail, Some(_)) => Standing::ExpectedFail,
        (Verdict::Pass, Some(Role::MustFail)) => Standing::Fail,
        (verdict, _) => verdict.into(),
    }
}

/// The reason, led by what the counter-run asked for where that decides.
fn explained(reason: &str, verdict: Verdict, role: Option<Role>) -> String {
    match (verdict, role) {
        (Verdict::Fail, Some(Role::MustFail)) => format!("failed, as the counter-run must: {reason}"),
        (Verdict::Fail, Some(Role::MayFail)) => format!("failed, as the counter-run may: {reason}"),
        (Verdict::Pass, Some(Role::MustFail)) => {
            format!("passed, and the counter-run names it as what must fail: {reason}")
        }
        _ => reason.to_owned(),
    }
}

impl ObjectiveReport {
    /// What its verdict means for the run.
    pub fn standing(&self) -> Standing {
        standing(self.verdict, self.role)
    }

    /// Its reason, and in a counter-run what was asked of it.
    pub fn explained(&self) -> String {
        explained(&self.reason, self.verdict, self.role)
    }
}

impl InvariantReport {
    /// What its verdict means for the run.
    pub fn standing(&self) -> Standing {
        standing(self.verdict, self.role)
    }

    /// Its reason, and in a counter-run what was asked of it.
    pub fn explained(&self) -> String {
        explained(&self.reason, self.verdict, self.role)
    }
}

/// Judges a counter-run as such: the verdict is then whether it failed as named.
pub(super) fn judge_counter_run(assessment: &mut Assessment, counter: &Counter) {
    let judged = super::judge(counter, assessment);
    for report in &mut assessment.objectives {
        report.role = role(counter, &report.id);
    }
    for report in &mut assessment.invariants {
        report.role = role(counter, &report.id);
    }
    assessment.verdict = judged.verdict;
    assessment.reason = format!("{}.", judged.reason.trim_end_matches('.'));
    assessment.counter = Some(counter.name.clone().unwrap_or_default());
}

fn role(counter: &Counter, id: &str) -> Option<Role> {
    let named = |ids: &[String]| ids.iter().any(|other| other == id);
    match (named(&counter.fails), named(&counter.may_fail)) {
        (true, _) => Some(Role::MustFail),
        (false, true) => Some(Role::MayFail),
        (false, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::testing::{assessment, objective};

    fn counter() -> Counter {
        Counter {
            name: None,
            why: "the shop is slow".into(),
            set: Default::default(),
            fails: vec!["a".into()],
            may_fail: vec!["b".into()],
            tries: 1,
        }
    }

    fn judged(a: Verdict, b: Verdict, c: Verdict) -> Assessment {
        let mut found = assessment();
        found.verdict = Verdict::Fail;
        found.objectives = vec![objective("a", a), objective("b", b), objective("c", c)];
        judge_counter_run(&mut found, &counter());
        found
    }

    #[test]
    fn what_was_to_fail_and_failed_is_as_it_must_be() {
        let found = judged(Verdict::Fail, Verdict::Fail, Verdict::Pass);
        assert_eq!(found.verdict, Verdict::Pass);
        assert_eq!(found.reason, "a failed, as it must: the shop is slow.");
        let standings: Vec<Standing> = found.objectives.iter().map(ObjectiveReport::standing).collect();
        assert_eq!(standings, [Standing::ExpectedFail, Standing::ExpectedFail, Standing::Pass]);
        assert!(found.objectives[0].explained().starts_with("failed, as the counter-run must: "));
    }

    #[test]
    fn what_was_to_fail_and_passed_is_a_failure_of_the_counter_run() {
        let found = judged(Verdict::Pass, Verdict::Pass, Verdict::Fail);
        assert_eq!(found.verdict, Verdict::Fail);
        let standings: Vec<Standing> = found.objectives.iter().map(ObjectiveReport::standing).collect();
        assert_eq!(standings, [Standing::Fail, Standing::Pass, Standing::Fail]);
    }

    #[test]
    fn a_counter_run_that_cannot_say_is_unknown() {
        let found = judged(Verdict::Unknown, Verdict::Pass, Verdict::Pass);
        assert_eq!(found.verdict, Verdict::Unknown);
        assert_eq!(found.objectives[0].standing(), Standing::Unknown);
    }
}
