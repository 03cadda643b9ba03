//! The program as a user meets it, where no load is needed: messages, exit codes, bad input.

mod support;

use std::path::Path;
use support::{Desk, PLAN};

#[test]
fn help_and_version_end_well_and_bad_usage_with_64() {
    let desk = Desk::new();
    assert_eq!(desk.run(&["--version"]).0, 0);
    let (code, help, _) = desk.run(&["--help"]);
    assert_eq!(code, 0);
    assert!(help.contains("Exit codes"), "{help}");
    assert_eq!(desk.run(&[]).0, 64);
    assert_eq!(desk.run(&["run"]).0, 64);
    assert_eq!(desk.run(&["dance"]).0, 64);
}

#[test]
fn a_plan_that_is_not_there() {
    let (code, _, error) = Desk::new().run(&["run", "nowhere.toml"]);
    assert_eq!(code, 64);
    assert!(error.contains("nowhere.toml"), "{error}");
}

#[test]
fn an_unknown_key_names_place_and_neighbour() {
    let desk = Desk::new();
    desk.file("plan.toml", &PLAN.replace("rate =", "raet ="));
    let (code, out, _) = desk.run(&["check", "plan.toml"]);
    assert_eq!(code, 64);
    assert!(out.contains("plan.toml:5:1") && out.contains("`raet`") && out.contains("`rate`"), "{out}");
    assert_eq!(desk.run(&["run", "plan.toml"]).0, 64);
}

#[test]
fn several_mistakes_are_told_at_once() {
    let desk = Desk::new();
    let plan =
        PLAN.replace("for = \"1s\"", "for = \"soon\"").replace("get = \"/\"", "get = \"/\"\npost = \"/\"");
    desk.file("plan.toml", &format!("{plan}colour = \"red\"\n"));
    let (code, out, _) = desk.run(&["check", "plan.toml"]);
    assert_eq!(code, 64);
    assert!(out.contains("soon") && out.contains("colour"), "{out}");
}

#[test]
fn a_fault_that_names_nothing() {
    let stack =
        "[stack]\nkind = \"processes\"\n[[stack.service]]\nname = \"node\"\ncommand = [\"sleep\", \"60\"]\n";
    for (who, told) in [
        ("service = \"nodes\"", "`node`"),
        ("service = \"node\", index = 2", "2"),
        ("service = \"node\", choose = 3", "3"),
    ] {
        let fault = format!("[[fault]]\nid = \"x\"\nat = \"0s\"\nkill = {{ {who} }}\n");
        let (code, _, error) = Desk::new().plan(&format!("{PLAN}{stack}{fault}"));
        assert_eq!(code, 64, "{who}: {error}");
        assert!(error.contains("plan.toml:") && error.contains(told), "{who}: {error}");
    }
    let (code, _, error) = Desk::new()
        .plan(&format!("{PLAN}[[fault]]\nid = \"x\"\nat = \"0s\"\nkill = {{ service = \"node\" }}\n"));
    assert_eq!(code, 64);
    assert!(error.contains("nothing to strike"), "{error}");
}

#[test]
fn impossible_rates() {
    for rate in ["0/s", "1e9/s", "99999999999/s", "-1/s"] {
        let (code, _, error) = Desk::new().plan(&PLAN.replace("10/s", rate));
        assert_eq!(code, 64, "{rate}: {error}");
        assert!(error.contains("plan.toml:5:"), "{rate}: {error}");
    }
}

#[test]
fn feeders_missing_and_ragged() {
    let desk = Desk::new();
    let feeder = "[[feeder]]\nname = \"u\"\nfile = \"u.csv\"\n";
    let (code, _, error) = desk.plan(&format!("{PLAN}{feeder}"));
    assert_eq!(code, 64);
    assert!(error.contains("u.csv"), "{error}");
    desk.file("u.csv", "a,b\n1,2\n3\n");
    let (code, _, error) = desk.plan(&format!("{PLAN}{feeder}"));
    assert_eq!(code, 64);
    assert!(error.contains("u.csv") && error.contains('3'), "{error}");
}

#[test]
fn a_target_outside_loopback_needs_leave() {
    let (code, _, error) = Desk::new().plan(&PLAN.replace("127.0.0.1:1", "192.0.2.1"));
    assert_eq!(code, 3);
    assert!(error.contains("--allow-target"), "{error}");
}

#[test]
fn a_name_that_does_not_resolve() {
    let (code, _, error) = Desk::new().plan(&PLAN.replace("127.0.0.1:1", "nowhere.invalid"));
    assert_eq!(code, 3);
    assert!(error.contains("nowhere.invalid"), "{error}");
}

#[test]
fn a_port_in_use() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port();
    let stack = format!(
        "[stack]\nkind = \"processes\"\n[[stack.service]]\nname = \"s\"\nport = {port}\ncommand = [\"sleep\", \"60\"]\n"
    );
    let (code, _, error) = Desk::new().plan(&format!("{PLAN}{stack}"));
    assert_eq!(code, 3);
    assert!(error.contains(&port.to_string()), "{error}");
}

#[test]
fn a_compose_file_that_is_missing() {
    let (code, _, error) =
        Desk::new().plan(&format!("{PLAN}[stack]\nkind = \"compose\"\nfile = \"compose.yaml\"\n"));
    assert_eq!(code, 3, "{error}");
    assert!(error.contains("compose.yaml"), "{error}");
}

#[test]
fn a_reports_folder_that_cannot_be_made() {
    let desk = Desk::new();
    desk.file("plan.toml", PLAN);
    desk.file("taken", "");
    let (code, _, error) = desk.run(&["run", "plan.toml", "--reports", "taken"]);
    assert_eq!(code, 3);
    assert!(error.contains("taken"), "{error}");
}

#[test]
fn overrides_that_lead_nowhere() {
    let desk = Desk::new();
    desk.file("plan.toml", PLAN);
    let (code, _, error) = desk.run(&["run", "plan.toml", "--set", "laod.rate=5/s"]);
    assert_eq!(code, 64);
    assert!(error.contains("laod") && error.contains("load"), "{error}");
    assert_eq!(desk.run(&["run", "plan.toml", "--set", "nonsense"]).0, 64);
    assert_eq!(desk.run(&["run", "plan.toml", "--counter"]).0, 64);
}

#[test]
fn a_plan_in_the_place_of_a_counter_runs_name() {
    let (code, _, error) = Desk::new().run(&["run", "--counter", "plan.toml"]);
    assert_eq!(code, 64);
    assert!(error.contains("run plan.toml --counter"), "{error}");
}

#[test]
fn a_dry_run_touches_nothing() {
    let desk = Desk::new();
    let plan = Path::new(env!("CARGO_MANIFEST_DIR")).join("plans/quickstart.toml");
    let (code, out, error) = desk.run(&["run", &plan.to_string_lossy(), "--dry-run"]);
    assert_eq!(code, 0, "{error}");
    assert!(out.contains("fault") && out.contains("arrivals"), "{out}");
    assert!(!desk.path().join("reports").exists() && !desk.path().join("state").exists());
}

#[test]
fn a_folder_that_is_no_run() {
    let desk = Desk::new();
    let (code, _, error) = desk.run(&["verify", "."]);
    assert_eq!(code, 64);
    assert!(error.contains("run.json"), "{error}");
}

#[test]
fn the_schema_is_json() {
    let (code, out, _) = Desk::new().run(&["schema"]);
    assert_eq!(code, 0);
    let schema: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert!(schema["properties"]["load"].is_object());
}

#[test]
fn nothing_to_heal() {
    assert_eq!(Desk::new().run(&["heal"]).0, 0);
}

#[test]
fn an_outside_history_is_judged_as_json_with_its_exit_code() {
    let desk = Desk::new();
    let good = r#"{"process":0,"type":"invoke","f":"write","value":1}
{"process":0,"type":"ok","f":"write","value":1}
{"process":0,"type":"invoke","f":"read","value":null}
{"process":0,"type":"ok","f":"read","value":1}
"#;
    desk.file("good.jsonl", good);
    desk.file(
        "bad.jsonl",
        &good.replace("\"ok\",\"f\":\"read\",\"value\":1", "\"ok\",\"f\":\"read\",\"value\":2"),
    );
    desk.file("empty.jsonl", "");
    desk.file("nonsense.jsonl", "{\"process\":0}\n");
    let verify = |file: &str, more: &[&str]| {
        desk.run(&[&["verify", "--history", file, "--checker", "linearizable"], more].concat())
    };
    let (code, told, error) = verify("good.jsonl", &["--model", "register"]);
    assert_eq!((code, error.as_str()), (0, ""));
    let told: serde_json::Value = serde_json::from_str(&told).expect("JSON");
    assert_eq!(
        (&told["verdict"], &told["model"], &told["operations"]),
        (&"pass".into(), &"register".into(), &2.into())
    );
    let (code, told, _) = verify("bad.jsonl", &[]);
    assert_eq!(code, 1);
    assert!(told.contains("finds no place") && told.contains("it could have found 1"), "{told}");
    assert_eq!(verify("bad.jsonl", &["--initial", "2"]).0, 1, "it was overwritten");
    assert_eq!(verify("empty.jsonl", &[]).0, 2);
    assert_eq!(verify("good.jsonl", &["--budget", "0"]).0, 2);
    let (code, told, error) = verify("nonsense.jsonl", &[]);
    assert_eq!((code, told.as_str()), (64, ""));
    assert!(error.contains("nonsense.jsonl:1: error: `type` is missing"), "{error}");
}

#[test]
fn bad_usage_of_verify_ends_with_64_and_says_what_would_be_right() {
    let desk = Desk::new();
    desk.file("h.jsonl", "");
    desk.file("plan.toml", PLAN);
    for (arguments, expected) in [
        (&["verify"][..], "required"),
        (&["verify", "--history", "h.jsonl"], "--checker"),
        (&["verify", "--checker", "set"], "--history"),
        (&["verify", "folder", "--history", "h.jsonl", "--checker", "set"], "cannot be used with"),
        (&["verify", "folder", "--model", "register"], "--history"),
        (&["verify", "--history", "none.jsonl", "--checker", "set"], "cannot read none.jsonl"),
        (&["verify", "--history", "h.jsonl", "--checker", "sets"], "there are linearizable, set, queue"),
        (
            &["verify", "--history", "h.jsonl", "--checker", "set", "--model", "register"],
            "belongs to --checker linearizable",
        ),
        (
            &["verify", "--history", "h.jsonl", "--checker", "linearizable", "--model", "list"],
            "there are register, cas-register",
        ),
        (&["verify", "--history", "h.jsonl", "--checker", "linearizable", "--initial", "x"], "not JSON"),
        (&["export"], "required"),
        (&["export", "none"], "is not a run folder"),
        (&["export", "none", "--format", "xml"], "history, csv, jtl"),
    ] {
        let (code, told, error) = desk.run(arguments);
        assert_eq!((code, told.as_str()), (64, ""), "{arguments:?}: {error}");
        assert!(error.contains(expected), "{arguments:?}: {error}");
    }
}

/// A device that takes no byte.
#[cfg(target_os = "linux")]
#[test]
fn a_result_that_cannot_be_written_is_told_and_never_0() {
    let desk = Desk::new();
    desk.file("good.jsonl", "{\"process\":0,\"type\":\"invoke\",\"f\":\"read\"}\n{\"process\":0,\"type\":\"ok\",\"f\":\"read\"}\n");
    for arguments in [
        &["schema"][..],
        &["--help"],
        &["--version"],
        &["heal", "--help"],
        &["verify", "--history", "good.jsonl", "--checker", "linearizable", "--json"],
    ] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("opens");
        let output = desk.command(arguments).stdout(full).output().expect("runs");
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {error}");
        assert!(error.contains("cannot write to standard output: No space left"), "{arguments:?}: {error}");
    }
}
