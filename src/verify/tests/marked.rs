//! A record that keeps only marked operations: judged from the histograms, by whole seconds where it is about time.

use super::run::{Run, bad, dropped};
use crate::plan::model::Keep;
use crate::verify::Verdict;

fn marked() -> Run {
    let run = Run::new()
        .load(100, |second, attempt| match second {
            s if (10.0..11.5).contains(&s) => bad(attempt),
            s if s >= 29.0 => dropped(attempt),
            _ => {}
        })
        .warmup(1.0)
        .fault("dies", 10.0, 15.0);
    Run { keep: Keep::Marked, ..run }
}

#[test]
fn the_whole_run_is_counted_in_full() {
    let found = marked().assessed("[[objective]]\nexpect = 'availability >= 99%'");
    assert_eq!((found.operations, found.bad, found.warmup_operations), (2_900, 250, 100));
    assert_eq!(found.objectives[0].verdict, Verdict::Fail);
    assert!(!found.objectives[0].reason.contains("whole seconds"), "{}", found.objectives[0].reason);
    assert_eq!(found.objectives[0].evidence.len(), 2, "{:?}", found.objectives[0].evidence);
    assert_eq!((found.generator.started, found.generator.dropped), (2_900, 100));
    assert_eq!(found.attempts, 2_800);
    assert_eq!(found.duration, 29.0);
}

#[test]
fn windows_are_by_whole_seconds_and_say_so() {
    let report = marked().judged("expect = 'availability >= 99%'\nwindow = 'fault(dies)'");
    assert_eq!((report.verdict, report.samples), (Verdict::Fail, 500));
    assert!(report.reason.contains("by whole seconds"), "{}", report.reason);
    let steady = marked().judged("expect = 'p90 < 100ms'\nwindow = 'steady'");
    assert_eq!((steady.verdict, steady.samples), (Verdict::Pass, 2_400));
}

#[test]
fn recovery_is_by_whole_seconds() {
    let report = marked().judged("expect = 'recovery <= 3s'");
    assert_eq!((report.verdict, report.actual_text.as_str()), (Verdict::Pass, "1s..3s"));
    assert!(report.reason.contains("by whole seconds"), "{}", report.reason);
    assert_eq!(marked().judged("expect = 'recovery <= 2s'").verdict, Verdict::Unknown);
}

#[test]
fn rates_and_attempts_leave_dropped_arrivals_out() {
    let attempts = marked().judged("expect = 'attempts_per_operation <= 1'");
    assert_eq!((attempts.verdict, attempts.samples), (Verdict::Pass, 2_800));
    let dropped = marked().judged("expect = 'dropped <= 5%'");
    assert_eq!((dropped.verdict, dropped.samples), (Verdict::Pass, 2_900));
}
