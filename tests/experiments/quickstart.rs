//! The main job, as the README has it.

use super::support::Lab;
use std::path::Path;

fn quickstart() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("plans/quickstart.toml")
}

#[test]
fn it_passes_and_leaves_the_folder_that_the_design_lists() {
    let lab = Lab::new();
    let run = lab.run_file(&quickstart(), &[]);
    run.expect_code(0);
    for file in [
        "run.json",
        "operations.arrows",
        "histograms.arrows",
        "samples.arrows",
        "events.jsonl",
        "verdict.json",
        "latency.hlog",
    ] {
        assert!(run.folder.join(file).is_file(), "{file} is missing");
    }
    let verdict = run.verdict();
    assert_eq!(verdict["verdict"], "pass");
    for (place, kind) in ["kill", "toxic"].into_iter().enumerate() {
        let fault = &verdict["faults"][place];
        assert_eq!(fault["kind"], kind);
        let late = fault["started"].as_f64().expect("started") - fault["planned"].as_f64().expect("planned");
        assert!((0.0..0.020).contains(&late), "the fault began {late} s after its time");
    }
    // A third of the orders meet the slow node: 100 ms more is what they see, and no more than that by much.
    let p99 = run.objective("slow-but-served")["actual"].as_f64().expect("a figure") / 1e9;
    assert!((0.100..0.200).contains(&p99), "{p99} s while one node of three is 100 ms slower");

    // Verdict and reports are pure functions of the folder.
    let again =
        lab.command(&["verify", &run.folder.to_string_lossy(), "--json"]).output().expect("verify runs");
    assert_eq!(String::from_utf8_lossy(&again.stdout), run.stdout);
    assert_eq!(again.status.code(), Some(0));
}

#[test]
fn its_counter_run_fails_as_named() {
    let lab = Lab::new();
    lab.run_file(&quickstart(), &["--counter"]).expect_code(0);
}
