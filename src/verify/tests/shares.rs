//! Shares and rates: availability, error rate, dropped, throughput, attempts, probes.

use super::run::{Run, bad, dropped, good};
use crate::event::{ErrorKind, Event, Exchange, Outcome, StepId};
use crate::verify::Verdict;

#[test]
fn availability_passes_fails_and_burns_its_budget() {
    let run = || {
        Run::new().load(100, |second, attempt| {
            if second < 0.15 {
                bad(attempt)
            }
        })
    };
    let kept = run().judged("expect = 'availability >= 99%'");
    assert_eq!((kept.verdict, kept.samples), (Verdict::Pass, 3_000));
    assert!((kept.actual.expect("a value") - 0.995).abs() < 1e-9);
    assert!((kept.budget_burned.expect("a budget") - 0.5).abs() < 1e-9);
    assert!(kept.interval.is_some_and(|interval| interval.low < Some(0.995)), "{:?}", kept.interval);

    let lost = run().judged("expect = 'availability >= 99.9%'");
    assert_eq!(lost.verdict, Verdict::Fail);
    assert!((lost.budget_burned.expect("a budget") - 5.0).abs() < 1e-6);
    assert_eq!(lost.evidence, ["15 x status 503 on look, from 0.0 s to 0.1 s"]);
    assert!(lost.reason.contains("15 bad of 3000"), "{}", lost.reason);
}

#[test]
fn a_failure_shows_an_exchange_of_its_window_and_step() {
    let exchange = |step: u16, reason: &str| {
        Event::Exchange(Exchange {
            op: 1,
            attempt: 0,
            step: StepId(step),
            error: ErrorKind::Status,
            reason: reason.into(),
            trace_id: Some("0af7".into()),
            request: "GET /look".into(),
            response: None,
        })
    };
    let report = Run::new()
        .load(100, |_, attempt| bad(attempt))
        .warmup(2.0)
        .event(1.0, exchange(0, "in the warm-up"))
        .event(3.0, exchange(1, "of another step"))
        .event(4.0, exchange(0, "status: expected 200, got 503"))
        .judged("expect = 'availability >= 99%'\nstep = 'look'");
    assert_eq!(report.evidence[1..], ["at 4.0 s: status: expected 200, got 503 (trace 0af7)"]);
}

#[test]
fn without_operations_nothing_is_promised_or_broken() {
    for expect in
        ["availability >= 99%", "error_rate < 1%", "throughput > 0/s", "max < 1s", "p50 < 1s", "dropped < 1%"]
    {
        let report = Run::calm(10).judged(&format!("expect = '{expect}'\nstep = 'order'"));
        assert_eq!(report.verdict, Verdict::Unknown, "{expect}: {}", report.reason);
        assert_eq!(report.actual, None);
    }
    let report = Run::calm(10).judged("expect = 'availability >= 99%'\nstep = 'pay'");
    assert!(report.reason.contains("no such step"), "{}", report.reason);
}

#[test]
fn the_error_rate_is_the_rest_of_availability() {
    let run = || {
        Run::new().load(100, |second, attempt| {
            if second < 0.3 {
                bad(attempt)
            }
        })
    };
    let report = run().judged("expect = 'error_rate <= 2%'");
    assert_eq!(report.verdict, Verdict::Pass);
    assert!((report.actual.expect("a value") - 0.01).abs() < 1e-9);
    assert!((report.budget_burned.expect("a budget") - 0.5).abs() < 1e-9);
    assert_eq!(run().judged("expect = 'error_rate < 1%'").verdict, Verdict::Fail);
}

#[test]
fn dropped_arrivals_are_bad_operations_and_no_attempts() {
    let run = || {
        Run::new().load(100, |second, attempt| {
            if second < 3.0 {
                dropped(attempt)
            }
        })
    };
    let availability = run().judged("expect = 'availability >= 95%'");
    assert_eq!((availability.verdict, availability.samples), (Verdict::Fail, 3_000));
    let share = run().judged("expect = 'dropped <= 10%'");
    assert_eq!((share.verdict, share.samples), (Verdict::Pass, 3_000));
    assert_eq!(run().judged("expect = 'dropped < 10%'").verdict, Verdict::Fail);
    let attempts = run().judged("expect = 'attempts_per_operation <= 1'");
    assert_eq!((attempts.verdict, attempts.samples), (Verdict::Pass, 2_700));
    let all =
        Run::new().load(10, |_, attempt| dropped(attempt)).judged("expect = 'attempts_per_operation <= 1'");
    assert_eq!(all.verdict, Verdict::Unknown);
}

#[test]
fn throughput_counts_good_operations_over_the_window_as_it_was() {
    let run = || {
        Run::new()
            .load(100, |second, attempt| {
                if second >= 15.0 {
                    bad(attempt)
                }
            })
            .warmup(5.0)
    };
    let report = run().judged("expect = 'throughput >= 40/s'");
    assert_eq!(report.verdict, Verdict::Pass);
    assert!((report.actual.expect("a value") - 40.0).abs() < 1e-9, "{:?}", report.actual);
    assert_eq!(run().judged("expect = 'throughput > 40/s'").verdict, Verdict::Fail);
    let outage =
        run().fault("dies", 15.0, 20.0).judged("expect = 'throughput > 1/s'\nwindow = 'fault(dies)'");
    assert_eq!((outage.verdict, outage.actual), (Verdict::Fail, Some(0.0)));
}

#[test]
fn retries_count_as_attempts_of_one_operation() {
    let mut run = Run::calm(10);
    for number in 0..60u64 {
        let first = &mut run.attempts[number as usize];
        bad(first);
        first.last = false;
        first.outcome = Outcome::Indeterminate;
        let (op, end) = (first.op, first.end);
        let mut second = good(number, 0.0);
        second.op = op;
        second.attempt = 1;
        second.arrival = false;
        second.intended = end;
        second.started = end;
        second.end = end + crate::event::Nanos(5_000_000);
        second.error = ErrorKind::None;
        run.attempts.push(second);
    }
    let copy = || Run { attempts: run.attempts.clone(), manifest: run.manifest.clone(), ..Run::new() };
    let attempts = copy().judged("expect = 'attempts_per_operation <= 1.2'");
    assert_eq!((attempts.verdict, attempts.actual), (Verdict::Pass, Some(1.2)));
    assert_eq!(copy().judged("expect = 'attempts_per_operation < 1.2'").verdict, Verdict::Fail);
    assert_eq!(
        copy().judged("expect = 'availability >= 100%'").verdict,
        Verdict::Pass,
        "the last attempt counts"
    );
    let longest = copy().judged("expect = 'max < 1s'").actual.expect("a value");
    assert_eq!(longest, 10_000_000.0, "from the first attempt's intended start to the last one's end");
}

#[test]
fn a_probe_is_judged_by_its_samples_in_the_window() {
    let run = || {
        Run::calm(10)
            .warmup(1.0)
            .probe("stock", 0.5, Some(-9.0))
            .probe("stock", 5.0, Some(8.0))
            .probe("stock", 12.0, Some(4.0))
            .probe("stock", 20.0, None)
            .probe("other", 21.0, Some(-1.0))
            .fault("dies", 10.0, 15.0)
    };
    let verdict = |expect: &str, window: &str| {
        let report = run().judged(&format!("expect = '{expect}'\nwindow = '{window}'"));
        (report.verdict, report.samples)
    };
    assert_eq!(verdict("min(stock) >= 4", "run"), (Verdict::Pass, 2));
    assert_eq!(verdict("min(stock) >= 5", "run"), (Verdict::Fail, 2));
    assert_eq!(verdict("max(stock) <= 4", "fault(dies)"), (Verdict::Pass, 1));
    assert_eq!(verdict("mean(stock) == 6", "run"), (Verdict::Pass, 2));
    assert_eq!(verdict("last(stock) == 4", "run"), (Verdict::Pass, 2));
    assert_eq!(verdict("min(nothing) >= 0", "run"), (Verdict::Unknown, 0));
}
