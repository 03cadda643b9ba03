//! Comparisons of runs with known figures.

use super::*;
use crate::suite::Judged;
use crate::verify::testing::{assessment, manifest};

/// A run whose step `order` has this p99 (ms) and availability.
fn run(name: &str, p99: f64, availability: f64) -> Judged {
    let mut found = assessment();
    found.steps[1].p99 = (p99 > 0.0).then_some(p99 * 1e6);
    found.objectives[0].actual = Some(availability);
    let kept = availability >= found.objectives[0].bound;
    found.objectives[0].verdict = if kept { Verdict::Pass } else { Verdict::Fail };
    found.verdict = found.objectives[0].verdict;
    Judged { folder: name.into(), manifest: manifest(), torn: None, assessment: found }
}

fn runs(p99: &[f64], availability: f64) -> Vec<Judged> {
    p99.iter().enumerate().map(|(number, p99)| run(&format!("run-{number}"), *p99, availability)).collect()
}

fn change<'a>(comparison: &'a Comparison, name: &str, measure: &str) -> &'a Change {
    let is = |change: &&Change| change.name == name && change.measure == measure;
    comparison.changes.iter().find(is).expect("compared")
}

const FIVE: [f64; 5] = [60.0, 61.0, 62.0, 63.0, 64.0];

fn times(values: [f64; 5], factor: f64) -> Vec<f64> {
    values.iter().map(|value| value * factor).collect()
}

#[test]
fn five_runs_a_side_tell_a_slower_step() {
    let found = compare(&runs(&FIVE, 0.995), &runs(&times(FIVE, 1.2), 0.995), 0.05);
    let order = change(&found, "buy/order", "p99");
    assert_eq!(order.finding, Finding::Worse);
    assert!((order.worse_by.expect("a figure") - 0.2).abs() < 0.01, "{order:?}");
    assert!((order.p.expect("tested") - 2.0 / 252.0).abs() < 1e-9);
    let (low, high) = order.interval.expect("an interval");
    assert!(low > 0.1 && high < 0.3, "{low} {high}");
    assert_eq!(change(&found, "buy/look", "p99").finding, Finding::Even);
    assert_eq!((found.verdict, found.reason.as_str()), (Verdict::Fail, "B is worse: buy/order p99."));
    let back = compare(&runs(&times(FIVE, 1.2), 0.995), &runs(&FIVE, 0.995), 0.05);
    assert_eq!((change(&back, "buy/order", "p99").finding, back.verdict), (Finding::Better, Verdict::Pass));
}

#[test]
fn what_is_below_the_minimum_effect_is_no_difference() {
    let (a, b) = (runs(&FIVE, 0.995), runs(&times(FIVE, 1.08), 0.995));
    assert_eq!(change(&compare(&a, &b, 0.10), "buy/order", "p99").finding, Finding::Even);
    assert_eq!(change(&compare(&a, &b, 0.05), "buy/order", "p99").finding, Finding::Worse);
}

#[test]
fn what_chance_explains_is_no_difference() {
    let found = compare(
        &runs(&[60.0, 90.0, 65.0, 80.0, 61.0], 0.995),
        &runs(&[70.0, 95.0, 66.0, 62.0, 85.0], 0.995),
        0.05,
    );
    assert_eq!(change(&found, "buy/order", "p99").finding, Finding::Even);
    assert_eq!(found.verdict, Verdict::Pass);
}

#[test]
fn one_baseline_is_shown_and_concludes_nothing() {
    let found = compare(&runs(&[60.0], 0.995), &runs(&[120.0], 0.995), 0.05);
    let order = change(&found, "buy/order", "p99");
    assert_eq!((order.finding, order.p, order.worse_by), (Finding::TooFew, None, Some(1.0)));
    assert_eq!(found.verdict, Verdict::Unknown);
    assert!(found.reason.contains("needs 5 runs a side"), "{}", found.reason);
}

#[test]
fn a_promise_that_is_newly_broken_is_worse_even_in_one_run() {
    let found = compare(&runs(&[60.0], 0.995), &runs(&[60.0], 0.98), 0.05);
    assert_eq!((found.verdict, found.promises[0].newly_broken()), (Verdict::Fail, true));
    assert_eq!(found.reason, "B breaks what A kept: availability >= 99%.");
    let before = compare(&runs(&[60.0], 0.98), &runs(&[60.0], 0.98), 0.05);
    assert!(!before.promises[0].newly_broken(), "A broke it too");
}

#[test]
fn shares_are_compared_by_their_bad_part_and_not_below_one_in_a_thousand() {
    let worse = compare(&runs(&FIVE, 0.999), &runs(&FIVE, 0.995), 0.05);
    let availability = change(&worse, "availability >= 99%", "availability");
    assert_eq!(availability.finding, Finding::Worse);
    assert!((availability.worse_by.expect("a figure") - 4.0).abs() < 1e-6, "five times as many bad");
    let noise = compare(&runs(&FIVE, 0.9999), &runs(&FIVE, 0.9995), 0.05);
    assert_eq!(change(&noise, "availability >= 99%", "availability").finding, Finding::Even);
}

#[test]
fn no_good_reply_is_worse_than_any_latency() {
    let found = compare(&runs(&FIVE, 0.995), &runs(&[0.0; 5], 0.995), 0.05);
    let order = change(&found, "buy/order", "p99");
    assert_eq!((order.finding, order.b, order.b_text.as_str()), (Finding::Worse, None, "no value"));
    assert_eq!(order.worse_by, None);
}

#[test]
fn what_differs_beside_the_deployment_is_said() {
    let a = runs(&FIVE, 0.995);
    let mut b = runs(&FIVE, 0.995);
    b[1].manifest.seed = 8;
    b[2].manifest.environment.cores = 99;
    b[3].torn = Some("it was killed".into());
    let found = compare(&a, &b, 0.05);
    let weights: Vec<Weight> = found.differences.iter().map(|difference| difference.weight).collect();
    assert_eq!(weights, [Weight::Grave, Weight::Grave, Weight::Note], "{:?}", found.differences);
    assert_eq!(found.verdict, Verdict::Unknown);
    b[0].manifest.plan = "load = { rate = '1/s' }".into();
    assert_eq!(compare(&a, &b, 0.05).differences[0].weight, Weight::Refuse);
    assert_eq!(compare(&a, &a, 0.05).differences, []);
}

#[test]
fn all_forms_say_the_same_and_fit() {
    let mut hostile = runs(&times(FIVE, 1.2), 0.98);
    for run in &mut hostile {
        run.assessment.steps[1].step = "<script>alert(1)</script>|".into();
        run.assessment.plan = "</title><script>".into();
    }
    let found = compare(&hostile, &hostile, 0.05);
    assert!(!html(&found).contains("<script>alert"), "{}", html(&found));
    assert!(!markdown(&found).contains("<script>"));
    let found = compare(&runs(&FIVE, 0.995), &runs(&times(FIVE, 1.2), 0.98), 0.05);
    for width in [72, 80, 120] {
        let shown = terminal(&found, width);
        let widest = shown.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(width), "{width}: {widest:?}\n{shown}");
        for word in
            ["FAIL", "WORSE", "+20%", "Mann–Whitney"].into_iter().chain((width >= 80).then_some("buy/order"))
        {
            assert!(shown.contains(word), "{word} in\n{shown}");
        }
    }
    for shown in [html(&found), markdown(&found)] {
        for word in ["FAIL", "WORSE", "+20%", "buy/order", "run-4"] {
            assert!(shown.contains(word), "{word} in\n{shown}");
        }
    }
    let json = serde_json::to_value(&found).expect("JSON");
    assert_eq!((&json["verdict"], &json["format"]), (&"fail".into(), &1.into()));
}
