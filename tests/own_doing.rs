//! What is the harness's own doing is not charged to the deployment: its limits, its end, its standing still; and a fault that was
//! not there, or that no operation met, proves nothing. Each for real.

mod support;

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use support::{Desk, ended, replies, waiting};

/// Load on this address, and whatever else is in the plan.
fn plan(address: &str, load: &str, rest: &str) -> String {
    format!(
        "name = \"own doing\"\nseed = 1\n[stack]\nkind = \"processes\"\n[[stack.service]]\nname = \"bystander\"\n\
         command = [\"sh\", \"-c\", \"trap '' TERM; while :; do sleep 0.05; done\"]\nready = {{ tcp = false }}\n\
         stop_within = \"1500ms\"\n[target]\nurl = \"http://{address}\"\n[load]\n{load}\n\
         [[flow]]\nname = \"f\"\n[[flow.step]]\nname = \"a\"\nget = \"/\"\n\
         [[objective]]\nid = \"available\"\nexpect = \"availability >= 99%\"\n{rest}\n"
    )
}

fn slow(millis: u64) -> String {
    replies(move |_| {
        std::thread::sleep(Duration::from_millis(millis));
        (200, "{}".into())
    })
}

fn prompt() -> String {
    replies(|_| (200, "{}".into()))
}

fn folder(desk: &Desk) -> PathBuf {
    desk.runs("reports").pop().expect("a run")
}

fn verdict(desk: &Desk) -> serde_json::Value {
    let text = std::fs::read_to_string(folder(desk).join("verdict.json")).expect("a verdict");
    serde_json::from_str(&text).expect("JSON")
}

fn text<'a>(value: &'a serde_json::Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(serde_json::Value::as_str).unwrap_or_default()
}

fn number(value: &serde_json::Value, pointer: &str) -> u64 {
    value.pointer(pointer).and_then(serde_json::Value::as_u64).unwrap_or_default()
}

/// Starts the program and waits until the record says that the load has begun.
fn loading(desk: &Desk) -> Child {
    let mut command = desk.command(&["run", "plan.toml"]);
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    let begun = || {
        let run = std::fs::read_dir(desk.path().join("reports")).ok()?.flatten().next()?.path();
        Some(std::fs::read_to_string(run.join("events.jsonl")).ok()?.contains("\"load\""))
    };
    waiting::blocking::eventually("the load begins", || begun() == Some(true));
    child
}

fn send(child: &Child, signal: rustix::process::Signal) {
    rustix::process::kill_process(rustix::process::Pid::from_child(child), signal).expect("signalled");
}

#[test]
fn the_generators_own_limit_is_unknown_and_named() {
    let desk = Desk::new();
    desk.file("plan.toml", &plan(&slow(1_000), "rate = \"100/s\"\nfor = \"2s\"", ""));
    let program = env!("CARGO_BIN_EXE_shakedown");
    let line = format!("ulimit -n 64 && exec {program} run plan.toml");
    let mut command = Command::new("sh");
    command.args(["-c", &line]).current_dir(desk.path()).env("XDG_STATE_HOME", desk.path().join("state"));
    let (code, out, error) = ended(&command.output().expect("it runs"));
    assert_eq!(code, 2, "{out}{error}");
    let found = verdict(&desk);
    let reason = text(&found, "/reason");
    assert!(reason.contains("ulimit -n") && reason.contains("limit 64"), "{reason}");
    assert!(number(&found, "/local") > 0, "they are counted: {found}");
    assert_eq!(text(&found, "/objectives/0/verdict"), "unknown", "{found}");
    // Told before the load, where it can be known.
    let events = std::fs::read_to_string(folder(&desk).join("events.jsonl")).expect("events");
    assert!(events.contains("this process may open only 64 files"), "{events}");
}

#[test]
fn what_an_interruption_cut_off_does_not_fail_an_objective() {
    let desk = Desk::new();
    desk.file("plan.toml", &plan(&slow(300), "rate = \"50/s\"\nfor = \"60s\"", ""));
    let mut child = loading(&desk);
    // Some operations are over by then, and some are under way at any time.
    std::thread::sleep(Duration::from_secs(1));
    send(&child, rustix::process::Signal::INT);
    assert_eq!(child.wait().expect("ends").code(), Some(130));
    let found = verdict(&desk);
    assert_eq!(text(&found, "/verdict"), "unknown", "{found}");
    assert_ne!(text(&found, "/objectives/0/verdict"), "fail", "{found}");
    assert_eq!(number(&found, "/bad"), 0, "{found}");
    assert!(number(&found, "/local") > 0, "what was cut is counted apart: {found}");
}

#[test]
fn what_was_lost_before_an_interruption_is_a_failure_all_the_same() {
    let desk = Desk::new();
    let none = "[[objective]]\nid = \"none\"\nexpect = \"error_rate <= 0%\"\n";
    desk.file("plan.toml", &plan("127.0.0.1:1", "rate = \"50/s\"\nfor = \"600s\"", none));
    let mut child = loading(&desk);
    std::thread::sleep(Duration::from_secs(1));
    send(&child, rustix::process::Signal::INT);
    assert_eq!(child.wait().expect("ends").code(), Some(130));
    let found = verdict(&desk);
    assert_eq!(
        text(&found, "/objectives/0/verdict"),
        "unknown",
        "the rest could have saved a ratio: {found}"
    );
    assert_eq!(text(&found, "/objectives/1/verdict"), "fail", "not one was allowed: {found}");
}

#[test]
fn a_fault_that_no_operation_met_proves_nothing() {
    let desk = Desk::new();
    let load = "stages = [{ rate = \"40/s\", for = \"1s\" }, { rate = \"0/s\", for = \"2s\" }, { rate = \"40/s\", for = \"1s\" }]";
    let rest = "[[fault]]\nid = \"lull\"\nat = \"1500ms\"\nfor = \"700ms\"\npause = { service = \"bystander\" }\n\
                [[objective]]\nid = \"in it\"\nexpect = \"availability >= 50%\"\nwindow = \"fault(lull)\"\n";
    let (code, out, error) = desk.plan(&plan(&prompt(), load, rest));
    assert_eq!(code, 2, "{out}{error}");
    let found = verdict(&desk);
    let reason = text(&found, "/faults/0/reason");
    assert!(reason.contains("no operation was under way"), "{reason}");
    assert_eq!(text(&found, "/objectives/1/verdict"), "unknown", "{found}");
}

#[test]
fn the_load_goes_on_for_a_fault_that_was_late() {
    let desk = Desk::new();
    let rest = "[[fault]]\nid = \"deaf\"\nat = \"1500ms\"\nrestart = { service = \"bystander\" }\n";
    let (code, out, error) = desk.plan(&plan(&prompt(), "rate = \"40/s\"\nfor = \"2s\"", rest));
    assert_eq!(code, 0, "{out}{error}");
    let found = verdict(&desk);
    let reason = text(&found, "/faults/0/reason");
    assert!(reason.contains("ignored its stop signal, killed after 1.5s"), "{reason}");
    assert!(reason.contains("the load went on for"), "{reason}");
}

#[test]
fn a_load_that_may_not_go_on_leaves_a_late_fault_unknown() {
    let desk = Desk::new();
    let rest = "[[fault]]\nid = \"deaf\"\nat = \"1500ms\"\nrestart = { service = \"bystander\" }\n";
    let load = "rate = \"40/s\"\nfor = \"2s\"\nmax_extension = \"0s\"";
    let (code, out, error) = desk.plan(&plan(&prompt(), load, rest));
    assert_eq!(code, 2, "{out}{error}");
    let found = verdict(&desk);
    assert_eq!(text(&found, "/faults/0/verdict"), "unknown", "{found}");
}

#[test]
fn a_harness_that_was_stopped_says_so_and_passes_nothing() {
    let desk = Desk::new();
    let rest =
        "[[fault]]\nid = \"short\"\nat = \"3s\"\nfor = \"300ms\"\npause = { service = \"bystander\" }\n";
    desk.file("plan.toml", &plan(&prompt(), "rate = \"40/s\"\nfor = \"6s\"", rest));
    let mut child = loading(&desk);
    send(&child, rustix::process::Signal::STOP);
    // The length of the standstill, which covers the fault's time.
    std::thread::sleep(Duration::from_secs(4));
    send(&child, rustix::process::Signal::CONT);
    assert_eq!(child.wait().expect("ends").code(), Some(2));
    let found = verdict(&desk);
    assert_eq!(text(&found, "/verdict"), "unknown", "{found}");
    assert_eq!(text(&found, "/faults/0/verdict"), "unknown", "{found}");
    assert!(text(&found, "/generator/reason").contains("did not run for"), "{found}");
}

#[test]
fn conditions_on_probes_strike_while_the_load_runs() {
    let desk = Desk::new();
    let left = std::sync::atomic::AtomicI64::new(200);
    let address = replies(move |path| match path {
        "/stock" => (200, format!("{{\"left\":{}}}", left.load(std::sync::atomic::Ordering::Relaxed))),
        _ => (200, left.fetch_sub(1, std::sync::atomic::Ordering::Relaxed).to_string()),
    });
    let rest = "[[probe]]\nname = \"stock\"\nget = \"/stock\"\nvalue = \"$.left\"\nevery = \"200ms\"\n\
                [[fault]]\nid = \"low\"\nwhen = \"min(stock) < 150\"\nfor = \"1s\"\npause = { service = \"bystander\" }\n";
    let (code, out, error) = desk.plan(&plan(&address, "rate = \"40/s\"\nfor = \"6s\"", rest));
    assert_eq!(code, 0, "{out}{error}");
    assert_eq!(text(&verdict(&desk), "/faults/0/verdict"), "pass");
}
