//! Every kind of fault on containers, aimed once at what feels it and once at what does not.

use crate::matrix::{self, Row};
use crate::support::{Project, engine};
use std::path::PathBuf;
use std::process::Command;

/// Web servers ask the database for its health, by its name, at every request.
const LOAD: &str = "[target]\nurl = 'http://${web.address}'\n[load]\nmodel = 'open'\nmax_lateness = '5s'\n\
                    [[flow]]\nname = 'f'\n[[flow.step]]\nname = 's'\nget = '/peer?database:8080'\ntimeout = '2s'\n";

/// Runs the rows against the project; the run's folder and the exit code.
fn run(project: &Project, rows: &[Row]) -> (PathBuf, (Option<i32>, tempfile::TempDir)) {
    let folder = tempfile::tempdir().expect("a folder");
    let seconds = 2 + rows.len() * 2;
    let load = LOAD.replace("model = 'open'", &format!("model = 'open'\nrate = '40/s'\nfor = '{seconds}s'"));
    let stack = format!("[stack]\nkind = 'compose'\nproject = '{}'\nattach = true\n", project.name);
    let plan = folder.path().join("plan.toml");
    std::fs::write(&plan, format!("name = 'struck'\n{stack}{load}{}", matrix::faults(rows, 1_000, 2_000)))
        .expect("a plan");
    let ended = Command::new(env!("CARGO_BIN_EXE_shakedown"))
        .args(["run", "plan.toml"])
        .current_dir(folder.path())
        .env("XDG_STATE_HOME", folder.path().join("state"))
        .output()
        .expect("it runs");
    let text =
        format!("{}{}", String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    let mut runs =
        std::fs::read_dir(folder.path().join("reports")).unwrap_or_else(|error| panic!("{error}: {text}"));
    let run = runs.next().expect("a run").expect("an entry").path();
    (run, (ended.status.code(), folder))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_kind_that_is_felt_says_what_it_struck() {
    let Some(engine) = engine().await else { return };
    let project = Project::up(&engine, "struck").await;
    let rows = [
        Row::felt(
            "packets",
            "packets = { target = { service = 'web' }, peers = ['db'], port = 8080, delay = '5ms' }",
            "",
        ),
        Row::felt("partition", "partition = { from = 'web', to = 'db' }", ""),
        Row::felt(
            "dns",
            "dns = { target = { service = 'web' }, names = ['database'], action = 'nxdomain' }",
            "",
        ),
        Row::felt("http", "http = { target = { service = 'db' }, port = 8080, drop_reply = true }", ""),
        Row::felt(
            "toxic",
            "toxic = { target = { service = 'db' }, port = 8080, type = 'latency', attributes = { latency = 20 } }",
            "",
        ),
        Row::felt(
            "limit",
            "limit = { target = { service = 'web', index = 1 }, cpus = 0.05 }",
            "1 of 1 limits",
        ),
        Row::felt(
            "exec",
            "exec = { target = { service = 'worker' }, command = ['/server', 'touch', '/flag'], heal = ['/server', 'rm', '/flag'] }",
            "1 of 1 commands",
        ),
        Row::felt("kill", "kill = { service = 'db' }", "1 of 1 containers"),
        Row::felt("stop", "stop = { service = 'worker' }", "1 of 1 containers"),
        Row::felt("pause", "pause = { service = 'db' }", "1 of 1 containers"),
        Row::felt("restart", "restart = { service = 'worker' }", "1 of 1 containers"),
        Row::felt("remove", "remove = { service = 'worker' }", "1 of 1 containers"),
        Row::felt("disconnect", "disconnect = { service = 'worker' }", "1 of 1 networks"),
        Row::felt("scale", "scale = { service = 'worker', to = 2 }", "1 of 1 instances"),
    ];
    let (run, (code, _folder)) = matrix::undisturbed(|| run(&project, &rows));
    matrix::holds(&run, &rows);
    assert!([Some(0), Some(1)].contains(&code), "{code:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_kind_that_is_not_felt_is_unknown() {
    let Some(engine) = engine().await else { return };
    let project = Project::up(&engine, "unfelt").await;
    // The worker talks to no other container, and from here on is in no network.
    let worker = project.container("worker-1").await.expect("it is there");
    for network in worker.networks.keys() {
        let left = Command::new("docker").args(["network", "disconnect", network, &worker.name]).status();
        assert!(left.expect("docker runs").success());
    }
    let rows = [
        Row::missed(
            "packets",
            "packets = { target = { service = 'db' }, port = 5433, loss = '100%' }",
            "0 of 0 packets",
        ),
        Row::missed("partition", "partition = { from = 'web-1', to = 'web-2' }", "0 of 0 packets"),
        Row::missed("dns", "dns = { target = { service = 'db' }, action = 'drop' }", "0 of 0 look-ups"),
        Row::missed(
            "dns-other",
            "dns = { target = { service = 'web', index = 1 }, names = ['nobody'], action = 'drop' }",
            "0 of",
        ),
        Row::missed(
            "http",
            "http = { target = { service = 'db' }, port = 8080, path = '/nothing', status = 503 }",
            "0 of",
        ),
        Row::missed(
            "http-idle",
            "http = { target = { service = 'db' }, port = 9999, drop_reply = true }",
            "0 of 0 requests",
        ),
        Row::missed(
            "toxic",
            "toxic = { target = { service = 'db' }, port = 9999, type = 'latency', attributes = { latency = 20 } }",
            "0 of 0 connections",
        ),
        Row::missed("limit", "limit = { target = { service = 'worker' }, cpus = 0.5 }", "0 of 1 limits"),
        Row::missed(
            "exec",
            "exec = { target = { service = 'worker' }, command = ['/server', 'rm', '/nothing'] }",
            "0 of 1 commands",
        ),
        Row::missed("scale", "scale = { service = 'worker', to = 1 }", "0 of 0 instances"),
        Row::missed("disconnect", "disconnect = { service = 'worker' }", "0 of 0 networks"),
        Row::felt("down", "kill = { service = 'worker' }", "1 of 1 containers").lasting(),
        Row::missed("kill", "kill = { service = 'worker' }", "0 of 1 containers"),
        Row::missed("stop", "stop = { service = 'worker' }", "0 of 1 containers"),
        Row::missed("pause", "pause = { service = 'worker' }", "0 of 1 containers"),
        Row::missed("restart", "restart = { service = 'worker' }", "0 of 1 containers"),
        Row::missed("remove", "remove = { service = 'worker' }", "0 of 1 containers"),
    ];
    let (run, (code, _folder)) = matrix::undisturbed(|| run(&project, &rows));
    matrix::holds(&run, &rows);
    assert_eq!(code, Some(2));
}
