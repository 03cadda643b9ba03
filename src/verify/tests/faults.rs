//! Faults: landed, never landed, not healed.

use super::run::Run;
use crate::event::FaultStage;
use crate::verify::Verdict;

const PLAN: &str = "[[fault]]\nid = 'dies'\nat = '10s'\nfor = '5s'\nkill = { service = 'node' }\n\
                    [[objective]]\nexpect = 'availability >= 99%'\n";

#[test]
fn a_fault_that_landed_lets_the_run_pass() {
    let found = Run::calm(100).fault("dies", 10.0, 15.0).assessed(PLAN);
    assert_eq!((found.verdict, found.faults.len()), (Verdict::Pass, 1), "{}", found.reason);
    assert_eq!(found.faults[0].applied, Some(10.0));
    assert_eq!(found.reason, "1 objective was kept through 1 fault.");
}

#[test]
fn a_fault_that_never_landed_makes_it_unknown() {
    let silent = Run::calm(100).assessed(PLAN);
    assert_eq!(silent.verdict, Verdict::Unknown);
    assert!(silent.reason.starts_with("fault dies: it never came to it"), "{}", silent.reason);

    let failed = Run::calm(100).stage("dies", 10.0, FaultStage::ApplyFailed).assessed(PLAN);
    assert_eq!(failed.verdict, Verdict::Unknown);
    assert!(failed.reason.contains("could not be applied: no such process"), "{}", failed.reason);
}

#[test]
fn a_fault_that_was_not_healed_makes_it_unknown() {
    let found = Run::calm(100)
        .stage("dies", 10.0, FaultStage::Applied)
        .stage("dies", 15.0, FaultStage::HealFailed)
        .assessed(PLAN);
    assert_eq!(found.verdict, Verdict::Unknown);
    assert!(found.reason.contains("could not be healed"), "{}", found.reason);
    assert_eq!(found.faults[0].operations, 2_000, "it was in force to the end");
}

/// Promises in the whole run, in the fault's window and of the recovery from it; and one that is broken in the window.
const PROMISES: &str = "[[objective]]\nid = 'run'\nexpect = 'availability >= 99%'\n\
                        [[objective]]\nid = 'in'\nexpect = 'availability >= 99%'\nwindow = 'fault(dies)'\n\
                        [[objective]]\nid = 'back'\nexpect = 'recovery <= 3s'\n\
                        [[objective]]\nid = 'broken'\nexpect = 'p50 < 1ms'\nwindow = 'fault(dies)'\nadvisory = true\n";

fn dies(more: &str) -> String {
    format!(
        "[[fault]]\nid = 'dies'\nat = '10s'\nfor = '5s'\n{more}\npackets = {{ target = {{ service = 'node' }}, loss = '1%' }}\n{PROMISES}"
    )
}

fn verdicts(found: &crate::verify::Assessment) -> Vec<Verdict> {
    found.objectives.iter().map(|objective| objective.verdict).collect()
}

#[test]
fn nothing_is_kept_through_a_fault_that_struck_nothing() {
    use Verdict::{Fail, Pass, Unknown};
    let run = || Run::calm(100).fault("dies", 10.0, 15.0);
    let felt = run().struck(7, 40).assessed(&dies(""));
    assert_eq!((felt.verdict, verdicts(&felt)), (Pass, vec![Pass, Pass, Pass, Fail]), "{}", felt.reason);
    assert_eq!(felt.faults[0].reason, "applied and healed; struck 7 of 40 packets.");

    let missed = run().struck(0, 40).assessed(&dies(""));
    assert_eq!((missed.verdict, verdicts(&missed)), (Unknown, vec![Pass, Unknown, Unknown, Fail]));
    assert!(
        missed.reason.starts_with("fault dies: it was in force for 5.0 s and struck 0 of 40 packets"),
        "{}",
        missed.reason
    );
    assert!(
        missed.objectives[1].reason.contains("but fault dies was in force"),
        "{}",
        missed.objectives[1].reason
    );

    let allowed = run().struck(0, 0).assessed(&dies("may_miss = true"));
    assert_eq!((allowed.verdict, verdicts(&allowed)), (Pass, vec![Pass, Pass, Pass, Fail]));
    assert_eq!(allowed.reason, "3 objectives were kept; 1 fault struck nothing, which the plan allows.");
    assert!(allowed.faults[0].reason.contains("`may_miss`"), "{}", allowed.faults[0].reason);
}

#[test]
fn a_record_that_does_not_count_is_judged_as_before_and_says_so() {
    let found = Run::calm(100).fault("dies", 10.0, 15.0).assessed(&dies(""));
    assert_eq!(found.verdict, Verdict::Pass);
    assert_eq!(found.faults[0].reason, "applied and healed; the record does not say what it struck.");
}
