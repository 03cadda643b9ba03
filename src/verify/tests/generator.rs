//! The generator: a rate that was not reached, sends that came late.

use super::run::{Run, bad, dropped};
use crate::event::Nanos;
use crate::verify::Verdict;

const PLAN: &str = "[[objective]]\nexpect = 'availability >= 50%'\n";

#[test]
fn a_rate_that_was_not_reached_makes_the_run_unknown_and_never_hides_a_failure() {
    let mut run = Run::calm(50);
    run.manifest.arrivals_planned = 3_000;
    let found = run.assessed(PLAN);
    assert_eq!((found.verdict, found.generator.verdict), (Verdict::Unknown, Verdict::Unknown));
    assert!(found.reason.contains("asked for 100/s, reached 50/s"), "{}", found.reason);

    let mut failing = Run::new().load(50, |_, attempt| bad(attempt));
    failing.manifest.arrivals_planned = 3_000;
    assert_eq!(failing.assessed(PLAN).verdict, Verdict::Fail);
}

#[test]
fn arrivals_dropped_at_the_cap_did_not_start() {
    let found = Run::new()
        .load(100, |second, attempt| {
            if second < 3.0 {
                dropped(attempt)
            }
        })
        .assessed(PLAN);
    assert_eq!((found.generator.started, found.generator.dropped), (2_700, 300));
    assert_eq!(found.verdict, Verdict::Unknown);
    assert!(found.reason.contains("300 were dropped"), "{}", found.reason);
}

#[test]
fn late_sends_make_the_run_unknown_but_not_those_of_the_warm_up() {
    let late = |warmup: f64| {
        Run::new()
            .load(100, |second, attempt| {
                if second < 2.0 {
                    attempt.started = attempt.intended + Nanos(80_000_000);
                    attempt.end = attempt.started + Nanos(5_000_000);
                }
            })
            .warmup(warmup)
            .assessed(PLAN)
    };
    let found = late(0.0);
    assert_eq!(found.verdict, Verdict::Unknown);
    assert!(found.reason.contains("p99 of lateness is 80.0"), "{}", found.reason);
    let found = late(2.0);
    assert_eq!((found.verdict, found.generator.lateness_max), (Verdict::Pass, Some(0.0)));
    assert!(found.generator.cpu >= 0.1, "3 s of 30, and what the writer took");
}
