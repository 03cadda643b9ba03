//! A machine that runs out of something: told, counted, and never a crash.

use super::support::{Lab, ONE_STEP, steady_stack};
use shakedown::event::{ErrorKind, Outcome};
use std::process::Command;

/// The program under a limit of the shell's.
fn limited(lab: &Lab, limit: &str, plan: &str) -> super::support::Finished {
    lab.file("plan.toml", plan);
    let script = format!("ulimit {limit} && exec \"$0\" run plan.toml --json");
    let output = Command::new("sh")
        .args(["-c", &script, env!("CARGO_BIN_EXE_shakedown")])
        .current_dir(lab.path())
        .env("XDG_STATE_HOME", lab.path().join("state"))
        .output()
        .expect("the shell runs");
    lab.finished(output)
}

const OBJECTIVE: &str = "[[objective]]\nexpect = \"availability > 1%\"\n";

#[test]
fn no_room_for_the_record() {
    let plan = format!(
        "name = \"full\"\n{}[load]\nrate = \"2000/s\"\nfor = \"20s\"\n{ONE_STEP}{OBJECTIVE}",
        steady_stack(1, "ok")
    );
    let lab = Lab::new();
    let run = limited(&lab, "-f 400", &plan);
    run.expect_code(2);
    assert!(run.stderr.contains("operations.arrows"), "{}", run.stderr);
    assert!(run.stdout.contains("cannot be written") || run.stdout.contains("torn"), "{}", run.stdout);
}

#[test]
fn no_file_descriptors_left() {
    let stack = steady_stack(0, "never").replace("[target]\n", "[target]\ntimeout = \"500ms\"\n");
    let plan = format!(
        "name = \"descriptors\"\n{stack}[load]\nrate = \"300/s\"\nfor = \"1s\"\n{ONE_STEP}{OBJECTIVE}"
    );
    let lab = Lab::new();
    let run = limited(&lab, "-n 60", &plan);
    let mut local = 0;
    for batch in run.record().attempts().expect("attempts") {
        for attempt in batch.expect("a batch").iter().filter(|attempt| attempt.error == ErrorKind::Local) {
            assert_eq!(attempt.outcome, Outcome::Fail);
            local += 1;
        }
    }
    assert!(local > 0, "{}\n{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("ulimit -n"), "the advice is in the evidence: {}", run.stdout);
}
