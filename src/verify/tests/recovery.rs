//! Recovery: seen, never seen, a bound inside the interval.

use super::run::{Run, bad, took};
use crate::verify::{Assessment, Verdict};

/// A fault from 10 s to 20 s; users are not served from then for so many seconds.
fn outage(seconds: f64) -> Run {
    Run::new()
        .load(100, move |second, attempt| {
            if (10.0..10.0 + seconds).contains(&second) {
                bad(attempt)
            }
        })
        .fault("dies", 10.0, 20.0)
}

#[test]
fn it_is_an_interval_and_its_bound_must_lie_outside() {
    let verdict = |bound: &str| outage(1.45).judged(&format!("expect = 'recovery <= {bound}'"));
    let kept = verdict("1.6s");
    assert_eq!((kept.verdict, kept.actual_text.as_str()), (Verdict::Pass, "1.4s..1.6s"));
    assert_eq!(kept.actual, Some(1.6e9));
    assert_eq!(verdict("1s").verdict, Verdict::Fail);
    let inside = verdict("1.5s");
    assert_eq!(inside.verdict, Verdict::Unknown);
    assert!(inside.reason.contains("the bound lies between"), "{}", inside.reason);
}

#[test]
fn never_seen_is_unknown_unless_the_bound_is_lost_already() {
    let report = outage(19.0).judged("expect = 'recovery <= 25s'");
    assert_eq!((report.verdict, report.actual), (Verdict::Unknown, None));
    assert_eq!(outage(19.0).judged("expect = 'recovery <= 3s'").verdict, Verdict::Fail);
}

#[test]
fn it_counts_from_applied_or_from_healed() {
    let report = outage(12.0).judged("expect = 'recovery_after_heal <= 3s'\nwindow = 'fault(dies)'");
    assert_eq!((report.verdict, report.actual_text.as_str()), (Verdict::Pass, "1.9s..2.1s"));
    let unhurt = outage(0.0).judged("expect = 'recovery <= 100ms'");
    assert_eq!((unhurt.verdict, unhurt.actual_text.as_str()), (Verdict::Pass, "0s"));
}

#[test]
fn without_a_strike_there_is_nothing_to_recover_from() {
    for window in ["run", "fault(dies)"] {
        let report = Run::calm(100).judged(&format!("expect = 'recovery <= 3s'\nwindow = '{window}'"));
        assert_eq!(report.verdict, Verdict::Unknown, "{}", report.reason);
    }
}

#[test]
fn an_indicator_of_its_own_and_a_hold_decide() {
    let slow = || {
        Run::new()
            .load(100, |second, attempt| {
                if (10.0..14.0).contains(&second) {
                    took(attempt, 500.0)
                }
            })
            .fault("dies", 10.0, 20.0)
    };
    assert_eq!(slow().judged("expect = 'recovery <= 1s'").verdict, Verdict::Pass, "they were served, slowly");
    let report = slow().judged("expect = 'recovery <= 1s'\nindicator = 'p90 < 100ms'");
    assert_eq!((report.verdict, report.actual_text.as_str()), (Verdict::Fail, "3.9s..4.1s"));
    let hold = slow().judged("expect = 'recovery <= 5s'\nindicator = 'p90 < 100ms'\nhold = '20s'");
    assert_eq!(hold.verdict, Verdict::Unknown, "16 s are left");
}

#[test]
fn the_recovery_window_ends_where_users_are_served_again() {
    let found: Assessment = outage(12.0).assessed(
        "[[objective]]\nexpect = 'availability >= 90%'\nwindow = 'recovery(dies)'\n\
         [[objective]]\nexpect = 'availability >= 100%'\nwindow = 'steady'\n\
         [[objective]]\nexpect = 'availability <= 0%'\nwindow = 'fault(dies)'",
    );
    let samples: Vec<u64> = found.objectives.iter().map(|report| report.samples).collect();
    assert_eq!(samples, [200, 1_800, 1_000]);
    let verdicts: Vec<Verdict> = found.objectives.iter().map(|report| report.verdict).collect();
    assert_eq!(verdicts, [Verdict::Fail, Verdict::Pass, Verdict::Pass]);
    let fault = &found.faults[0];
    assert_eq!((fault.operations, fault.bad), (1_000, 1_000));
    let recovery = fault.recovery.as_ref().expect("applied");
    let close =
        |found: Option<f64>, expected: f64| found.is_some_and(|found| (found - expected).abs() < 1e-6);
    assert!(
        close(recovery.after_applied.low, 11.9) && close(recovery.after_applied.high, 12.1),
        "{recovery:?}"
    );
}
