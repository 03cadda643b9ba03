//! Whatever happens to the harness, nothing is left.

use super::support::{Lab, ONE_STEP, processes_with, steady_stack};
use super::waiting::blocking::within;
use std::process::Child;
use std::time::Duration;

fn plan() -> String {
    let fault = "[[fault]]\nid = \"freeze\"\nat = \"500ms\"\npause = { service = \"server\" }\n";
    format!(
        "name = \"killed\"\n{}[load]\nrate = \"50/s\"\nfor = \"60s\"\n{ONE_STEP}{fault}[[objective]]\nexpect = \"availability >= 1%\"\n",
        steady_stack(1, "ok").replace("\"--mode\"", "\"--marker\", \"MARKER\", \"--mode\"")
    )
}

fn stopped(marker: &str) -> bool {
    let Ok(entries) = std::fs::read_dir("/proc") else { return false };
    entries.flatten().any(|entry| {
        let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let state = std::fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        String::from_utf8_lossy(&line).contains(marker)
            && String::from_utf8_lossy(&line).contains("steady_server")
            && state.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('T'))
    })
}

/// A run whose server is frozen at this moment.
fn running(lab: &Lab, marker: &str) -> Child {
    let child = lab.start(&plan().replace("MARKER", marker));
    within(Duration::from_secs(20), "the server is frozen", || stopped(marker));
    child
}

fn signal(child: &Child, name: &str) {
    let status =
        std::process::Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status();
    assert!(status.expect("kill runs").success());
}

#[test]
fn kill_9_leaves_nothing_two_seconds_later() {
    let lab = Lab::new();
    let mut child = running(&lab, "marker-kill-9");
    signal(&child, "KILL");
    child.wait().expect("it ends");
    within(Duration::from_secs(2), "no process is left", || processes_with("marker-kill-9").is_empty());
    let folder = lab.newest_folder().expect("a folder").to_string_lossy().into_owned();
    within(Duration::from_secs(2), "no sentinel is left", || {
        processes_with("sentinel").iter().all(|line| !line.contains(&folder))
    });

    // The torn record is still readable, and says that it is torn.
    let verify = lab.command(&["verify", &folder, "--json"]).output().expect("verify runs");
    let text =
        String::from_utf8_lossy(&verify.stdout).into_owned() + &String::from_utf8_lossy(&verify.stderr);
    assert!(text.contains("torn"), "{text}");
    assert_ne!(verify.status.code(), Some(0));

    // And the next run of the project is not in the way of anything.
    let heal = lab.command(&["heal"]).output().expect("heal runs");
    assert_eq!(heal.status.code(), Some(0), "{}", String::from_utf8_lossy(&heal.stdout));
}

#[test]
fn ctrl_c_once_heals_writes_and_exits_with_130() {
    let lab = Lab::new();
    let child = running(&lab, "marker-int");
    signal(&child, "INT");
    let run = lab.finished(child.wait_with_output().expect("it ends"));
    run.expect_code(130);
    assert!(processes_with("marker-int").is_empty());
    assert!(run.folder.join("verdict.json").is_file(), "the report is written");
    let record = run.record();
    assert_eq!(record.torn, None);
}

#[test]
fn ctrl_c_twice_heals_and_leaves_at_once() {
    let lab = Lab::new();
    let child = running(&lab, "marker-twice");
    signal(&child, "INT");
    signal(&child, "INT");
    let run = lab.finished(child.wait_with_output().expect("it ends"));
    run.expect_code(130);
    within(Duration::from_secs(2), "no process is left", || processes_with("marker-twice").is_empty());
}

#[test]
fn sigterm_is_orderly_too() {
    let lab = Lab::new();
    let child = running(&lab, "marker-term");
    signal(&child, "TERM");
    lab.finished(child.wait_with_output().expect("it ends")).expect_code(130);
    assert!(processes_with("marker-term").is_empty());
}
