//! Latencies: quantiles, longest, mean, share; each from the intended and from the actual send.

use super::run::{Run, bad, took};
use crate::event::Nanos;
use crate::verify::Verdict;

/// 3000 operations, every 50th of which takes 200 ms.
fn run() -> Run {
    let mut number = 0;
    Run::new().load(100, move |_, attempt| {
        number += 1;
        took(attempt, if number % 50 == 0 { 200.0 } else { 5.0 });
    })
}

#[test]
fn a_quantile_passes_and_fails() {
    let kept = run().judged("expect = 'p95 < 10ms'");
    assert_eq!((kept.verdict, kept.samples), (Verdict::Pass, 3_000));
    assert!((kept.actual.expect("a value") / 5e6 - 1.0).abs() < 0.001);
    assert_eq!(kept.actual, kept.actual_from_send);
    assert!((kept.budget_burned.expect("a budget") - 0.02 / 0.05).abs() < 1e-6);
    let lost = run().judged("expect = 'p99 < 100ms'");
    assert_eq!((lost.verdict, lost.actual_text.as_str()), (Verdict::Fail, "200.063ms"));
    assert!(lost.interval.is_some());
}

#[test]
fn a_quantile_needs_ten_operations_above_it() {
    assert_eq!(run().judged("expect = 'p99 < 300ms'").verdict, Verdict::Pass);
    let report = run().judged("expect = 'p99.9 < 300ms'");
    assert_eq!(report.verdict, Verdict::Unknown);
    assert!(report.reason.contains("at least 10000 operations, there were 3000"), "{}", report.reason);
}

#[test]
fn a_quantile_among_the_bad_is_no_good_reply_and_fails_any_bound() {
    let report = Run::new()
        .load(100, |second, attempt| {
            if second < 1.0 {
                bad(attempt)
            }
        })
        .judged("expect = 'p99 < 1h'");
    assert_eq!((report.verdict, report.actual), (Verdict::Fail, None));
    assert_eq!(report.actual_text, "no good reply");
}

#[test]
fn the_longest_and_the_mean_are_of_good_operations() {
    assert_eq!(run().judged("expect = 'max <= 200ms'").verdict, Verdict::Pass);
    assert_eq!(run().judged("expect = 'max < 200ms'").verdict, Verdict::Fail);
    let mean = run().judged("expect = 'mean <= 8.9ms'");
    assert_eq!((mean.verdict, mean.actual), (Verdict::Pass, Some(8_900_000.0)));
    assert_eq!(run().judged("expect = 'mean < 8ms'").verdict, Verdict::Fail);
    let bad_ones = Run::new().load(10, |_, attempt| bad(attempt)).judged("expect = 'mean < 8ms'");
    assert_eq!((bad_ones.verdict, bad_ones.actual_text.as_str()), (Verdict::Fail, "no good reply"));
}

#[test]
fn a_share_counts_good_operations_within_the_limit() {
    let kept = run().judged("expect = 'share(<=5ms) >= 98%'");
    assert_eq!(kept.verdict, Verdict::Pass);
    assert!((kept.actual.expect("a value") - 0.98).abs() < 1e-9);
    assert!((kept.budget_burned.expect("a budget") - 1.0).abs() < 1e-6);
    assert_eq!(run().judged("expect = 'share(<=5ms) > 98%'").verdict, Verdict::Fail);
}

#[test]
fn where_the_actual_send_tells_otherwise_nothing_is_said() {
    let late = || {
        Run::new().load(100, |_, attempt| {
            attempt.started = attempt.intended + Nanos(30_000_000);
            attempt.end = attempt.started + Nanos(5_000_000);
        })
    };
    for expect in ["p90 < 20ms", "max < 20ms", "mean < 20ms", "share(<=20ms) >= 90%"] {
        let report = late().judged(&format!("expect = '{expect}'"));
        assert_eq!(report.verdict, Verdict::Unknown, "{expect}");
        assert!(report.reason.contains("from the intended and"), "{}", report.reason);
    }
    let quantile = late().judged("expect = 'p90 < 20ms'");
    assert!(quantile.reason.contains("35.0") && quantile.reason.contains("5.0"), "{}", quantile.reason);
    assert_eq!(late().judged("expect = 'p90 < 2ms'").verdict, Verdict::Fail, "the same verdict stands");
    assert_eq!(late().judged("expect = 'p90 < 50ms'").verdict, Verdict::Pass, "the same verdict stands");
}

#[test]
fn latency_is_judged_in_its_window_alone() {
    let run = || {
        Run::new()
            .load(100, |second, attempt| {
                took(attempt, if (10.0..15.0).contains(&second) { 400.0 } else { 5.0 })
            })
            .fault("dies", 10.0, 15.0)
    };
    let verdict =
        |window: &str| run().judged(&format!("expect = 'p95 < 300ms'\nwindow = '{window}'")).verdict;
    assert_eq!(verdict("steady"), Verdict::Pass);
    assert_eq!(verdict("fault(dies)"), Verdict::Fail);
    assert_eq!(verdict("fault(other)"), Verdict::Unknown);
}

#[test]
fn an_operation_that_is_open_when_the_fault_is_applied_belongs_to_it() {
    let report = Run::new()
        .load(100, |second, attempt| {
            if (9.9..10.0).contains(&second) {
                took(attempt, 2_000.0)
            }
        })
        .fault("dies", 10.0, 12.0)
        .judged("expect = 'max < 1s'\nwindow = 'fault(dies)'");
    assert_eq!((report.verdict, report.samples), (Verdict::Fail, 210));
}
