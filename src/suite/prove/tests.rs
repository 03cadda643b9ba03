//! Proofs with runs that are made up.

use super::*;
use crate::verify::Verdict;
use std::path::{Path, PathBuf};

fn prepared() -> Vec<Prepared> {
    let plan = |claim: &str, file: &str, counters: &[&str]| Prepared {
        claim: claim.into(),
        words: format!("the claim {claim} | in words"),
        plan: PathBuf::from(file),
        sha256: format!("sha of {file}"),
        counters: counters.iter().map(|name| CounterRun { name: (*name).to_owned(), tries: 1 }).collect(),
    };
    vec![
        plan("L2", "plans/L2-a.toml", &[""]),
        plan("D3", "plans/D3-a.toml", &[]),
        plan("D3", "plans/D3-b.toml", &["one", "other"]),
        plan("Q1", "plans/Q1-a.toml", &[]),
    ]
}

fn outcome(trial: &Trial, verdict: Verdict) -> Outcome {
    Outcome {
        format: FORMAT,
        claim: trial.claim.clone(),
        plan: trial.plan.clone(),
        plan_sha256: trial.sha256.clone(),
        counter: trial.counter.clone(),
        round: trial.round,
        verdict,
        evidence: format!("evidence of {}", trial.label()),
        seconds: 10.0,
        folder: None,
        build: "this".into(),
        ended: "2026-11-21T13:00:00".into(),
    }
}

/// Runs what is missing; every trial comes out as `verdict` says. Gives the labels of what was run.
fn run(folder: &Path, build: &str, times: u32, verdict: impl Fn(&Trial) -> Verdict) -> (Vec<String>, Proof) {
    let (prepared, mut ran) = (prepared(), Vec::new());
    let trials = trials(&prepared, times);
    let mut results = Results::open(folder, build).expect("opened");
    let mut carry_out = |trial: &Trial| {
        ran.push(trial.label());
        let outcome = Outcome { build: build.into(), ..outcome(trial, verdict(trial)) };
        Carried { outcome: Some(outcome), stop: None }
    };
    let stopped = prove(&trials, &mut results, &mut carry_out, &mut |_| {}).expect("written");
    assert_eq!(stopped, None);
    let proof = table(&prepared, &trials, &results);
    (ran, proof)
}

fn row<'a>(proof: &'a Proof, claim: &str) -> &'a Row {
    proof.rows.iter().find(|row| row.claim == claim).expect("a row")
}

#[test]
fn rounds_go_over_all_claims_and_each_run_is_followed_by_its_counter_runs() {
    let labels: Vec<String> = trials(&prepared(), 2).iter().map(Trial::label).collect();
    let round = |number| {
        [
            format!("L2 (L2-a), run {number}"),
            format!("L2 (L2-a), counter-run {number}"),
            format!("D3 (D3-a), run {number}"),
            format!("D3 (D3-b), run {number}"),
            format!("D3 (D3-b), counter-run `one` {number}"),
            format!("D3 (D3-b), counter-run `other` {number}"),
            format!("Q1 (Q1-a), run {number}"),
        ]
    };
    assert_eq!(labels, [round(1), round(2)].concat());
}

#[test]
fn a_claim_is_proven_only_with_its_counter_runs() {
    let desk = tempfile::tempdir().expect("a folder");
    let (_, proof) = run(desk.path(), "this", 3, |_| Verdict::Pass);
    let (l2, d3, q1) = (row(&proof, "L2"), row(&proof, "D3"), row(&proof, "Q1"));
    assert_eq!(
        (l2.verdict, l2.passed, l2.runs, l2.counters_failed, l2.counters),
        (Verdict::Pass, 3, 3, 3, 3)
    );
    assert_eq!(
        (d3.verdict, d3.passed, d3.runs, d3.counters_failed, d3.counters),
        (Verdict::Pass, 6, 6, 6, 6)
    );
    assert_eq!((l2.seconds, d3.seconds), (Some(20.0), Some(40.0)));
    assert_eq!(q1.verdict, Verdict::Unknown, "it has no counter-run");
    assert!(q1.evidence.contains("a claim that cannot fail proves nothing"), "{}", q1.evidence);
    assert_eq!(proof.verdict(), Verdict::Unknown);
}

#[test]
fn a_counter_run_that_does_not_fail_refutes_the_proof() {
    let desk = tempfile::tempdir().expect("a folder");
    let (_, proof) = run(desk.path(), "this", 1, |trial| match trial.counter.as_deref() {
        Some("other") => Verdict::Fail,
        _ => Verdict::Pass,
    });
    let d3 = row(&proof, "D3");
    assert_eq!((d3.verdict, d3.counters_failed), (Verdict::Fail, 1));
    assert!(d3.evidence.starts_with("D3 (D3-b), counter-run `other` 1: evidence"), "{}", d3.evidence);
    assert_eq!(proof.verdict(), Verdict::Fail);
}

#[test]
fn what_has_a_result_is_not_run_again_unless_it_could_not_say() {
    let desk = tempfile::tempdir().expect("a folder");
    let (first, _) = run(desk.path(), "this", 1, |trial| match trial.claim.as_str() {
        "L2" => Verdict::Unknown,
        "Q1" => Verdict::Fail,
        _ => Verdict::Pass,
    });
    assert_eq!(first.len(), 7);
    let (again, proof) = run(desk.path(), "this", 1, |_| Verdict::Pass);
    assert_eq!(again, ["L2 (L2-a), run 1", "L2 (L2-a), counter-run 1"]);
    assert_eq!((row(&proof, "L2").verdict, row(&proof, "Q1").verdict), (Verdict::Pass, Verdict::Fail));
    let (more, _) = run(desk.path(), "this", 2, |_| Verdict::Pass);
    assert_eq!(more.len(), 7, "the second round");
}

#[test]
fn results_of_another_build_and_torn_lines_do_not_count() {
    let desk = tempfile::tempdir().expect("a folder");
    run(desk.path(), "that", 1, |_| Verdict::Pass);
    let file = desk.path().join("results.jsonl");
    let text = std::fs::read_to_string(&file).expect("there");
    assert_eq!(text.lines().count(), 7, "a line each");
    std::fs::write(&file, format!("{text}{{\"format\":1,\"cla")).expect("torn");
    let results = Results::open(desk.path(), "this").expect("opened");
    assert_eq!((results.outcomes().len(), results.passed_over), (0, 8));
    let (ran, _) = run(desk.path(), "this", 1, |_| Verdict::Pass);
    assert_eq!(ran.len(), 7);
    assert_eq!(
        Results::open(desk.path(), "this").expect("opened").outcomes().len(),
        7,
        "the torn line took none with it"
    );
}

#[test]
fn what_is_broken_off_has_no_result_and_ends_the_proof() {
    let desk = tempfile::tempdir().expect("a folder");
    let trials = trials(&prepared(), 1);
    let mut results = Results::open(desk.path(), "this").expect("opened");
    let mut count = 0;
    let mut carry_out = |trial: &Trial| {
        count += 1;
        match count {
            1 => Carried { outcome: Some(outcome(trial, Verdict::Pass)), stop: None },
            _ => Carried { outcome: None, stop: Some("interrupted".into()) },
        }
    };
    let stopped = prove(&trials, &mut results, &mut carry_out, &mut |_| {}).expect("written");
    assert_eq!((stopped.as_deref(), count, results.outcomes().len()), (Some("interrupted"), 2, 1));
    let proof = table(&prepared(), &trials, &results);
    assert_eq!(row(&proof, "L2").verdict, Verdict::Unknown);
    assert_eq!(row(&proof, "L2").evidence, "1 of 2 runs are missing");
}

#[test]
fn all_forms_of_the_table_say_the_same() {
    let desk = tempfile::tempdir().expect("a folder");
    let (_, proof) = run(desk.path(), "this", 1, |_| Verdict::Pass);
    let shown = terminal(&proof, 80);
    assert!(shown.lines().all(|line| line.chars().count() <= 80), "{shown}");
    assert!(shown.contains("2 of 3 claims are proven, 0 failed, 1 are open."), "{shown}");
    let page = markdown(&proof);
    assert!(
        page.contains("| L2 | PASS | 1 of 1 passed | 1 of 1 failed |") && page.contains("in words"),
        "{page}"
    );
    let mut rows = ::csv::Reader::from_reader(csv(&proof).expect("written").into_bytes().leak() as &[u8]);
    let rows: Vec<Vec<String>> =
        rows.records().map(|row| row.expect("reads").iter().map(str::to_owned).collect()).collect();
    assert_eq!(rows[1][..7], ["D3", "pass", "2", "2", "2", "2", "40.0"]);
    let value: serde_json::Value = serde_json::from_str(&json(&proof).expect("written")).expect("JSON");
    assert_eq!((&value["rows"][0]["claim"], &value["rows"][2]["verdict"]), (&"L2".into(), &"unknown".into()));
}

#[test]
fn the_newest_proof_is_found() {
    let reports = tempfile::tempdir().expect("a folder");
    assert_eq!(newest(reports.path()), None);
    for name in ["prove-20261121T100000Z", "prove-20261121T110000Z", "prove-20261121T120000Z", "z-run"] {
        let folder = reports.path().join(name);
        std::fs::create_dir(&folder).expect("made");
        if !name.ends_with("120000Z") {
            std::fs::write(folder.join("results.jsonl"), "").expect("written");
        }
    }
    assert_eq!(newest(reports.path()), Some(reports.path().join("prove-20261121T110000Z")));
}
