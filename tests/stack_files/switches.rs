//! The switches of the infrastructure (those of the services are tested by the services): what their scripts do with each
//! value, carried out by a shell with stand-ins for what they call.

use super::{read, stack};
use std::fs;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

/// Runs a script of an image, with `stand_ins` (name, script) first in the search path; bounded.
fn run(script: &str, stand_ins: &[(&str, &str)], environment: &[(&str, &str)]) -> Output {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in stand_ins {
        let file = folder.path().join(name);
        fs::write(&file, format!("#!/bin/sh\n{text}\n")).expect("it can be written");
        assert!(Command::new("chmod").arg("+x").arg(&file).status().expect("chmod").success());
    }
    let path = format!("{}:{}", folder.path().display(), std::env::var("PATH").unwrap_or_default());
    let child = Command::new("sh")
        .arg(stack().join("images").join(script))
        .env_clear()
        .env("PATH", path)
        .env("TOLD", folder.path().join("told"))
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a shell");
    let pid = rustix::process::Pid::from_child(&child);
    let (ended, end) = std::sync::mpsc::channel();
    std::thread::spawn(move || ended.send(child.wait_with_output()));
    let output = end.recv_timeout(Duration::from_secs(30)).unwrap_or_else(|_| {
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
        panic!("{script} does not end");
    });
    let mut output = output.expect("ours");
    output.stdout.extend(fs::read(folder.path().join("told")).unwrap_or_default());
    output
}

/// What Patroni is told; its stand-in leads on pg-2, streams everywhere, and notes every change that it is asked for.
fn told_to_patroni(environment: &[(&str, &str)]) -> Output {
    let curl = r#"case "$*" in
*PATCH*/config | *POST*/switchover) echo "$*" >>"$TOLD" ;;
*.3${LEADS:-2}:8008/primary) ;;
*/primary) exit 22 ;;
*/cluster) echo '"role": "sync_standby", "state": "running"
"state": "streaming"
"state": "streaming"' ;;
esac"#;
    // The script waits for ever once the cluster does what it was told.
    let stand_ins = [("curl", curl), ("touch", "exit 7")];
    let environment = [&[("SHOP_NET", "10.9.8")], environment].concat();
    run("postgres/settings.sh", &stand_ins, &environment)
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn replication_and_failover_are_what_patroni_is_told() {
    for (environment, wanted) in [
        (vec![], vec!["\"synchronous_mode\": true", "\"ttl\": 10"]),
        (
            vec![("REPLICATION", "async")],
            vec!["\"synchronous_mode\": false", "\"maximum_lag_on_failover\": 1073741824"],
        ),
        (vec![("FAILOVER", "fast")], vec!["\"ttl\": 5", "\"loop_wait\": 1"]),
        (vec![("FAILOVER", "slow")], vec!["\"ttl\": 60"]),
    ] {
        let told = text(&told_to_patroni(&environment));
        for word in wanted {
            assert!(told.contains(word), "{environment:?}: {told}");
        }
        assert!(!told.contains("/switchover"), "nobody asked for another leader: {told}");
    }
}

#[test]
fn the_leader_that_is_wanted_is_asked_for_unless_it_leads() {
    let leads = text(&told_to_patroni(&[("LEADER", "pg-2")]));
    assert!(!leads.contains("/switchover"), "{leads}");
    // The stand-in never hands over by itself: after the first request it does.
    let curl = r#"case "$*" in
*POST*/switchover) echo "$*" >>"$TOLD" ;;
*PATCH*) ;;
*.31:8008/primary) [ -e "$TOLD" ] || exit 22 ;;
*.32:8008/primary) [ ! -e "$TOLD" ] || exit 22 ;;
*/primary) exit 22 ;;
*/cluster) echo '"role": "sync_standby", "state": "running", "state": "streaming", "state": "streaming"' | tr , '\n' ;;
esac"#;
    let stand_ins = [("curl", curl), ("touch", "exit 7"), ("sleep", "exit 0")];
    let asked = text(&run("postgres/settings.sh", &stand_ins, &[("SHOP_NET", "10.9.8"), ("LEADER", "pg-1")]));
    assert!(asked.contains(r#"{"leader": "pg-2", "candidate": "pg-1"}"#), "{asked}");
}

#[test]
fn a_wrong_switch_stops_its_script_and_says_what_would_be_right() {
    for (name, value, word) in [
        ("REPLICATION", "maybe", "'sync' or 'async'"),
        ("FAILOVER", "never", "'default', 'fast' or 'slow'"),
        ("LEADER", "pg-4", "'pg-1', 'pg-2' or 'pg-3'"),
    ] {
        let output = told_to_patroni(&[(name, value)]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(64) && said.contains(word), "{name}: {said}");
    }
    for (name, value, word) in
        [("EDGE_WEIGHTS", "triple", "'even' or 'double'"), ("SHEDDING", "some", "'on' or 'off'")]
    {
        let output = run("edge/entry.sh", &[], &[(name, value)]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(64) && said.contains(word), "{name}: {said}");
    }
}

#[test]
fn double_weight_goes_to_one_instance_at_both_balancers() {
    let getent = ("getent", r#"printf '10.9.8.1 STREAM x\n10.9.8.2 STREAM x\n10.9.8.3 STREAM x\n'"#);
    for (value, doubled) in [("even", 0), ("double", 7)] {
        let upstreams = text(&run("edge/upstreams.sh", &[getent], &[("EDGE_WEIGHTS", value)]));
        assert_eq!(upstreams.matches("weight=2;").count(), doubled, "{value}: {upstreams}");
        assert_eq!(upstreams.matches("weight=").count(), 21, "{value}: {upstreams}");
    }
    let balancer = read(&stack().join("images/balancer/services.cfg"));
    assert_eq!(balancer.matches(r#".if streq("$EDGE_WEIGHTS",double)"#).count(), 2);
    assert!(balancer.contains("server-template heavy  1 orders:8080 weight 200"));
}

#[test]
fn the_other_patroni_is_the_one_that_debian_installed() {
    let entry = read(&stack().join("images/postgres/entry.sh"));
    assert!(entry.contains("3.1.2) export PYTHONPATH=/opt/patroni ;;\ndebian) ;;\n"), "{entry}");
    let output = run("postgres/entry.sh", &[], &[("SHOP_NET", "10.9.8"), ("NODE", "pg-1"), ("PATRONI", "4")]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(64) && said.contains("'3.1.2' or 'debian'"), "{said}");
}
