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
