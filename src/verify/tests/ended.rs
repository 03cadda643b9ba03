//! Runs that were ended before their time, and operations that failed by the generator's own doing.

use super::run::{Run, bad, clock};
use crate::event::{Attempt, ErrorKind, Event, FaultStage, LoadEvent, Nanos, Outcome};
use crate::verify::Verdict;

const KEPT: &str = "expect = 'availability >= 99%'";

fn ours(attempt: &mut Attempt, error: ErrorKind) {
    bad(attempt);
    (attempt.error, attempt.status, attempt.outcome) = (error, None, Outcome::Indeterminate);
}

/// Ended after so many seconds; everything that was planned for later did not come.
fn ended(mut run: Run, second: f64, to_come: u64) -> Run {
    run.attempts.retain(|attempt| attempt.intended < clock(second));
    run.manifest.aborted = Some("interrupted by the user".into());
    run.manifest.load_end = clock(second);
    run.manifest.arrivals_to_come = Some(to_come);
    run.event(second, Event::Abort { reason: "interrupted by the user".into() })
}

#[test]
fn what_an_interruption_cut_off_is_no_failure_of_the_deployment() {
    let run = Run::new().load(100, |second, attempt| {
        if second >= 9.8 {
            ours(attempt, ErrorKind::InFlight);
            attempt.end = clock(10.0);
        }
    });
    let found = ended(run, 10.0, 2_000).assessed(&format!("[[objective]]\n{KEPT}"));
    let objective = &found.objectives[0];
    assert_eq!(found.verdict, Verdict::Unknown, "{}", found.reason);
    assert_eq!((objective.samples, objective.local, found.bad, found.local), (980, 20, 0, 20));
    assert!(objective.reason.contains("20 cut off by the end of the run"), "{}", objective.reason);
}

#[test]
fn the_rest_of_a_run_can_save_a_ratio_and_not_every_ratio() {
    let half_bad = || {
        Run::new().load(100, |second, attempt| {
            if (2.0..2.2).contains(&second) {
                bad(attempt)
            }
        })
    };
    // 20 bad of 1,000: 2,000 more could have made it 99.3 %.
    let saved = ended(half_bad(), 10.0, 2_000).judged(KEPT);
    assert_eq!(saved.verdict, Verdict::Unknown);
    assert!(saved.reason.contains("the rest of it could have changed that"), "{}", saved.reason);
    let lost = ended(half_bad(), 10.0, 400).judged(KEPT);
    assert_eq!(lost.verdict, Verdict::Fail, "{}", lost.reason);
    let none_allowed = ended(half_bad(), 10.0, 1_000_000).judged("expect = 'error_rate <= 0%'");
    assert_eq!(none_allowed.verdict, Verdict::Fail, "{}", none_allowed.reason);
    let mut old = ended(half_bad(), 10.0, 0);
    old.manifest.arrivals_to_come = None;
    assert_eq!(old.judged(KEPT).verdict, Verdict::Unknown, "an old record does not say what was to come");
}

#[test]
fn a_window_that_was_over_before_the_end_decides() {
    let broken = Run::new().load(100, |second, attempt| {
        if (5.0..6.0).contains(&second) {
            bad(attempt)
        }
    });
    let in_fault = format!("{KEPT}\nwindow = 'fault(dies)'");
    let found = ended(broken.fault("dies", 5.0, 6.0), 10.0, 1_000_000).judged(&in_fault);
    assert_eq!(found.verdict, Verdict::Fail, "{}", found.reason);
}

#[test]
fn own_limits_make_it_unknown_and_are_told() {
    let at_limits = |share: u64| {
        let mut number = 0;
        Run::new().load(100, move |_, attempt| {
            number += 1;
            if number % share == 0 {
                ours(attempt, ErrorKind::Local);
            }
        })
    };
    let found = at_limits(4).assessed(&format!("[[objective]]\n{KEPT}"));
    assert_eq!((found.verdict, found.objectives[0].verdict), (Verdict::Unknown, Verdict::Unknown));
    assert_eq!((found.operations, found.bad, found.local), (2_250, 0, 750));
    assert!(found.reason.contains("750 operations failed at a limit of this machine"), "{}", found.reason);
    // Too few to change the objective: it stands, and the run cannot pass all the same.
    let few = at_limits(1_000).assessed(&format!("[[objective]]\n{KEPT}"));
    assert_eq!((few.verdict, few.objectives[0].verdict), (Verdict::Unknown, Verdict::Pass), "{}", few.reason);
}

#[test]
fn failures_of_the_deployment_decide_alone_also_beside_own_limits() {
    let mut number = 0;
    let run = Run::new().load(100, |_, attempt| {
        number += 1;
        match number % 10 {
            0 => ours(attempt, ErrorKind::Local),
            1..4 => bad(attempt),
            _ => {}
        }
    });
    let found = run.judged(KEPT);
    assert_eq!(found.verdict, Verdict::Fail, "{}", found.reason);
    assert!(found.reason.contains("300 at a limit of this machine"), "{}", found.reason);
}

#[test]
fn every_metric_is_judged_with_own_failures_good_and_bad() {
    for (expect, verdict) in [
        ("availability >= 50%", Verdict::Pass),
        ("error_rate <= 1%", Verdict::Unknown),
        ("p50 < 1s", Verdict::Pass),
        ("p99 < 1s", Verdict::Unknown),
        ("max < 1s", Verdict::Unknown),
        ("mean < 1s", Verdict::Unknown),
        ("share(<=1s) >= 99%", Verdict::Unknown),
        ("throughput >= 90/s", Verdict::Unknown),
        ("throughput >= 200/s", Verdict::Fail),
        ("max < 1ms", Verdict::Fail),
        ("dropped <= 1%", Verdict::Unknown),
    ] {
        let mut number = 0;
        let run = Run::new().load(100, |_, attempt| {
            number += 1;
            if number % 5 == 0 {
                ours(attempt, ErrorKind::NoRow);
            }
        });
        let found = run.judged(&format!("expect = '{expect}'"));
        assert_eq!(found.verdict, verdict, "{expect}: {}", found.reason);
    }
}

#[test]
fn a_record_of_marked_operations_counts_own_failures_apart_too() {
    let mut number = 0;
    let mut run = Run::new().load(100, |_, attempt| {
        number += 1;
        if number % 4 == 0 {
            ours(attempt, ErrorKind::Local);
        }
    });
    run.keep = crate::plan::model::Keep::Marked;
    run.manifest.complete = false;
    let found = run.assessed(&format!("[[objective]]\n{KEPT}"));
    assert_eq!((found.verdict, found.objectives[0].verdict), (Verdict::Unknown, Verdict::Unknown));
    assert_eq!((found.operations, found.bad, found.local), (2_250, 0, 750), "{}", found.reason);
}

#[test]
fn what_fails_while_a_fault_is_being_applied_is_not_charged_to_steady() {
    let run = || {
        Run::new()
            .load(100, |second, attempt| {
                if (10.0..20.0).contains(&second) {
                    bad(attempt)
                }
            })
            .stage("stop", 10.0, FaultStage::Started)
            .stage("stop", 19.9, FaultStage::Applied)
            .stage("stop", 25.0, FaultStage::HealStarted)
            .stage("stop", 25.2, FaultStage::Healed)
    };
    assert_eq!(run().judged(&format!("{KEPT}\nwindow = 'steady'")).verdict, Verdict::Pass);
    let felt = run().judged(&format!("{KEPT}\nwindow = 'fault(stop)'"));
    assert_eq!(felt.verdict, Verdict::Fail, "{}", felt.reason);
    let recovery = run().judged("expect = 'recovery <= 5s'\nwindow = 'fault(stop)'");
    assert_eq!(recovery.verdict, Verdict::Fail, "it counts from the first trouble: {}", recovery.reason);
    assert!(recovery.actual.is_some_and(|actual| (9.9e9..10.2e9).contains(&actual)), "{recovery:?}");
}

#[test]
fn a_fault_without_load_proves_nothing() {
    let mut run = Run::calm(100).fault("late", 27.0, 29.0);
    run.attempts.retain(|attempt| attempt.intended < clock(26.5));
    let found = run.assessed(&format!(
        "[[fault]]\nid = 'late'\nat = '27s'\nfor = '2s'\nkill = {{ service = 'node' }}\n\
         [[objective]]\n{KEPT}\n[[objective]]\n{KEPT}\nwindow = 'fault(late)'"
    ));
    assert_eq!(found.verdict, Verdict::Unknown);
    assert_eq!(found.faults[0].verdict, Verdict::Unknown, "{}", found.faults[0].reason);
    let objectives: Vec<Verdict> = found.objectives.iter().map(|objective| objective.verdict).collect();
    assert_eq!(objectives, [Verdict::Pass, Verdict::Unknown]);
}

/// A restart that was planned for second 20: began then, was in force from `applied`, and over a hundredth of a second later.
fn restart(mut run: Run, applied: f64) -> Run {
    for (second, stage) in [
        (20.0, FaultStage::Started),
        (applied, FaultStage::Applied),
        (applied, FaultStage::HealStarted),
        (applied + 0.01, FaultStage::Healed),
    ] {
        run = run.stage("again", second, stage);
        let Some((_, Event::Fault(event))) = run.events.last_mut() else { continue };
        event.planned = Some(clock(20.0));
    }
    run
}

#[test]
fn a_restart_is_met_by_the_operations_after_it() {
    let plan = format!(
        "[[fault]]\nid = 'again'\nat = '20s'\nrestart = {{ service = 'node' }}\n\
         [[objective]]\n{KEPT}\n[[objective]]\n{KEPT}\nwindow = 'fault(again)'"
    );
    let quick = restart(Run::calm(10), 20.053).assessed(&plan);
    assert_eq!(quick.faults[0].verdict, Verdict::Pass, "{}", quick.faults[0].reason);
    let late = restart(Run::calm(10), 30.5).assessed(&plan);
    assert_eq!(late.faults[0].verdict, Verdict::Unknown, "{}", late.faults[0].reason);
    assert_eq!(late.verdict, Verdict::Unknown);
}

#[test]
fn what_was_under_way_while_the_generator_stood_still_is_counted_apart() {
    let run = Run::new()
        .load(100, |second, attempt| {
            if (10.0..13.0).contains(&second) {
                ours(attempt, ErrorKind::Timeout);
                attempt.end = clock(13.0);
            }
        })
        .event(13.0, Event::Load(LoadEvent::Stalled { since: clock(10.0), suspended: Nanos::ZERO }));
    let found = run.assessed(&format!("[[objective]]\n{KEPT}"));
    assert_eq!(found.verdict, Verdict::Unknown, "{}", found.reason);
    assert!(
        found.objectives[0].reason.contains("while the generator did not run"),
        "{}",
        found.objectives[0].reason
    );
    assert!(found.generator.reason.contains("did not run for 3.0 s"), "{}", found.generator.reason);
}
