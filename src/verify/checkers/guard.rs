//! What keeps a pass from being empty: the same for every checker.

use super::{Case, Finding};
use crate::verify::Verdict;

/// A finding, Unknown where it would pass for want of anything to see, and where it would fail for want of what the record
/// lacks. `stands_alone`: whether what is missing cannot explain a failure.
pub fn guarded(case: &Case<'_>, stands_alone: bool, finding: Finding) -> Finding {
    let history = case.history;
    match finding.verdict {
        Verdict::Unknown => finding,
        Verdict::Fail if history.setting.changed || (history.is_partial() && !stands_alone) => {
            doubted(finding)
        }
        Verdict::Fail => finding,
        Verdict::Pass => match doubt(case, finding.samples) {
            Some(reason) => Finding { verdict: Verdict::Unknown, reason, ..finding },
            None => finding,
        },
    }
}

fn doubt(case: &Case<'_>, samples: u64) -> Option<String> {
    let setting = &case.history.setting;
    let floor = case.invariant.floor.unwrap_or(1).max(1);
    if let Some(torn) = &setting.torn {
        return Some(format!("the record is torn: {torn}."));
    }
    if case.history.incomplete > 0 {
        return Some(format!("{} operations lack an attempt in the record.", case.history.incomplete));
    }
    if samples == 0 {
        return Some("it saw nothing to judge.".to_owned());
    }
    if samples < floor {
        return Some(format!("it saw {samples}, fewer than its floor of {floor}."));
    }
    if setting.faults_planned && setting.faults.is_empty() {
        return Some("the plan has faults and none was in force: nothing was put to the test.".to_owned());
    }
    None
}

/// A finding of a record that is not whole, and that what it lacks might explain: what looks broken is Unknown.
pub fn doubted(finding: Finding) -> Finding {
    if finding.verdict != Verdict::Fail {
        return finding;
    }
    let reason = format!("the record is not whole, which may explain it: {}", finding.reason);
    Finding { verdict: Verdict::Unknown, reason, ..finding }
}
