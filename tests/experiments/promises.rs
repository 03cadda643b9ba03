//! Every broken switch of the embedded shop is caught by the checker that owns it, in a real run with a node killed; the
//! unbroken shop passes with ten seeds.
//!
//! The plan is `plans/shop-promises.toml`, each run as short as its windows allow: the fault lasts until a thousand orders
//! are in its window (what a 99th percentile needs), and the load goes on until recovery held for 3 s.

use super::support::{Finished, Lab};
use std::path::{Path, PathBuf};

/// What shortens a run. The generator may be late: this is no measurement of it.
const SHORT: [&str; 6] = [
    "load.stages.0.for=1s",
    "load.stages.1.for=11s",
    "load.max_lateness=500ms",
    "fault.node-dies.at=2s",
    "fault.node-dies.for=6s",
    "probe.stock.every=500ms",
];

/// Enough for every invariant, and too few for the 99th percentile of the objective, which is then Unknown.
const CALM: &str = "load.stages.1.rate=110/s";

fn plan() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("plans/shop-promises.toml")
}

fn run(more: &[&str]) -> (Finished, Lab) {
    let lab = Lab::new();
    let mut arguments: Vec<&str> = SHORT.iter().flat_map(|change| ["--set", change]).collect();
    arguments.extend(more);
    (lab.run_file(&plan(), &arguments), lab)
}

/// The ids of what failed: objectives and invariants.
fn failed(run: &Finished) -> Vec<String> {
    let verdict = run.verdict();
    let all = |name: &str| verdict[name].as_array().cloned().unwrap_or_default();
    let red = all("objectives").into_iter().chain(all("invariants")).filter(|one| one["verdict"] == "fail");
    red.map(|one| one["id"].as_str().unwrap_or_default().to_owned()).collect()
}

/// The evidence of an invariant.
fn evidence(run: &Finished, id: &str) -> String {
    let verdict = run.verdict();
    let invariants = verdict["invariants"].as_array().expect("invariants");
    let found = invariants.iter().find(|one| one["id"] == id).expect("the plan has it");
    let lines = found["evidence"].as_array().expect("evidence");
    lines.iter().filter_map(|line| line.as_str()).collect::<Vec<_>>().join("\n")
}

/// Runs one counter; what it names must have failed, and a node must have died meanwhile.
#[track_caller]
fn caught(counter: &str, by: &[&str], more: &[&str]) -> Finished {
    let (run, _lab) = run(&[&["--counter", counter], more].concat());
    run.expect_code(0);
    let red = failed(&run);
    for id in by {
        assert!(red.iter().any(|one| one == id), "{counter}: {id} is not among {red:?}");
    }
    let fault = &run.verdict()["faults"][0];
    assert_eq!((&fault["kind"], &fault["verdict"]), (&"kill".into(), &"pass".into()), "{fault}");
    run
}

#[test]
fn replies_that_come_late_are_caught_by_the_latency_objective() {
    caught("late", &["orders-stay-fast"], &[]);
}

#[test]
fn a_shop_that_ignores_keys_is_caught_by_exactly_once_and_idempotent_replay() {
    let run = caught("no-keys", &["once", "same-reply"], &["--set", CALM]);
    assert!(evidence(&run, "once").contains("has 2 effects in `orders`"), "{}", evidence(&run, "once"));
    assert!(evidence(&run, "same-reply").contains("another"), "{}", evidence(&run, "same-reply"));
}

#[test]
fn a_shop_that_forgets_is_caught_by_acknowledged_not_lost() {
    let run = caught("forgets", &["not-lost", "once"], &["--set", CALM]);
    let told = evidence(&run, "not-lost");
    assert!(told.contains("was acknowledged at") && told.contains("is not in `orders`"), "{told}");
}

#[test]
fn a_shop_that_doubles_is_caught_by_exactly_once() {
    let run = caught("doubles", &["once"], &["--set", CALM]);
    assert!(evidence(&run, "once").contains("has 2 effects in `orders`"), "{}", evidence(&run, "once"));
}

#[test]
fn a_shop_that_oversells_is_caught_by_never_negative() {
    let run = caught("oversells", &["never-oversold"], &["--set", CALM]);
    assert!(evidence(&run, "never-oversold").contains("is -"), "{}", evidence(&run, "never-oversold"));
}

#[test]
fn the_unbroken_shop_passes_with_ten_seeds() {
    for seed in 1..=10 {
        let (run, _lab) = run(&["--set", &format!("seed={seed}")]);
        println!("seed {seed}: exit {}, {}", run.code, run.verdict()["reason"]);
        run.expect_code(0);
        assert_eq!(run.verdict()["faults"][0]["verdict"], "pass", "seed {seed}: the node died");
    }
}
