//! Every kind of fault on processes and links, aimed once at what feels it and once at what does not: what was struck is counted,
//! and a fault that struck nothing is Unknown.
#![cfg(target_os = "linux")]
#![allow(clippy::print_stdout, reason = "the table is what the test is for")]

#[path = "support/matrix.rs"]
mod matrix;
mod support;

use matrix::Row;
use std::path::PathBuf;
use support::Desk;

const SHOP: &str = r#"name = "struck"
seed = 7
[stack]
kind = "processes"
[[stack.service]]
name = "node"
command = ["${shakedown}", "demo-shop", "node", "--db", "${run}/shop.db", "--port", "${port}"]
instances = 3
ready = { http = "/health/ready", within = "10s" }
[[stack.service]]
name = "front"
command = ["${shakedown}", "demo-shop", "front", "--port", "${port}", "--nodes", "${link.nodes.addresses}"]
ready = { http = "/health/ready", within = "10s" }
[[stack.link]]
name = "nodes"
to = "node"
[[stack.link]]
name = "aside"
to = "node"
[target]
url = "http://${front.address}"
[[flow]]
name = "look"
[[flow.step]]
name = "list"
get = "/products?limit=5"
"#;

/// Runs the rows; the run's folder, what the program said, and the desk that keeps it.
fn run(seconds: u32, rows: &[Row]) -> (PathBuf, ((i32, String, String), Desk)) {
    matrix::undisturbed(|| {
        let desk = Desk::new();
        let said = desk.plan(&plan(seconds, rows));
        (desk.runs("reports")[0].clone(), (said, desk))
    })
}

fn plan(seconds: u32, rows: &[Row]) -> String {
    format!("{SHOP}[load]\nrate = \"100/s\"\nfor = \"{seconds}s\"\n{}", matrix::faults(rows, 500, 1_200))
}

#[test]
fn every_kind_that_is_felt_says_what_it_struck() {
    let rows = [
        Row::felt("kill", "kill = { service = 'node', index = 1 }", "1 of 1 processes"),
        Row::felt("stop", "stop = { service = 'node', index = 2 }", "1 of 1 processes"),
        Row::felt("pause", "pause = { service = 'node', index = [1, 3] }", "2 of 2 processes"),
        Row::felt("restart", "restart = { service = 'node', index = 1 }", "1 of 1 processes"),
        Row::felt("toxic", "toxic = { link = 'nodes', type = 'latency', attributes = { latency = 20 } }", ""),
        Row::felt("http", "http = { link = 'nodes', status = 503, share = '50%' }", ""),
    ];
    let (run, ((code, out, err), _desk)) = run(11, &rows);
    assert!([0, 1].contains(&code), "{code}: {out}{err}");
    matrix::holds(&run, &rows);
}

#[test]
fn every_kind_that_is_not_felt_is_unknown() {
    let rows = [
        // The third node is down all the while.
        Row::felt("down", "kill = { service = 'node', index = 3 }", "1 of 1 processes").lasting(),
        Row::missed("kill", "kill = { service = 'node', index = 3 }", "0 of 1 processes"),
        Row::missed("stop", "stop = { service = 'node', index = 3 }", "0 of 1 processes"),
        Row::missed("restart", "restart = { service = 'node', index = 3 }", "0 of 1 processes"),
        Row::missed("pause", "pause = { service = 'node', index = 3 }", "0 of 1 processes"),
        // The second one stands still already.
        Row::felt("frozen", "pause = { service = 'node', index = 2 }", "1 of 1 processes").lasting(),
        Row::missed("pause-again", "pause = { service = 'node', index = 2 }", "0 of 1 processes"),
        Row::missed(
            "toxic",
            "toxic = { link = 'aside', type = 'latency', attributes = { latency = 20 } }",
            "0 of 0 connections",
        ),
        // A limit that no connection reaches.
        Row::missed(
            "toxic-far",
            "toxic = { link = 'nodes', type = 'limit_data', attributes = { bytes = 999999999 } }",
            "0 of",
        ),
        Row::missed("http", "http = { link = 'nodes', path = '/nothing', status = 503 }", "0 of"),
    ];
    let (run, ((code, out, err), _desk)) = run(13, &rows);
    assert_eq!(code, 2, "{out}{err}");
    assert!(out.contains("struck 0 of"), "{out}");
    matrix::holds(&run, &rows);
}

#[test]
fn a_fault_that_may_miss_is_said_to_have_missed() {
    let fault = "toxic = { link = 'aside', type = 'latency', attributes = { latency = 20 } }";
    let rows = [Row::missed("toxic", fault, "0 of 0 connections").allowed()];
    let (run, ((code, out, err), _desk)) = run(3, &rows);
    assert_eq!(code, 0, "{out}{err}");
    assert!(out.contains("struck nothing, which the plan allows") && out.contains("`may_miss`"), "{out}");
    matrix::holds(&run, &rows);
    for (file, words) in [
        ("summary.md", "0 of 0 connections"),
        ("report.html", "0 of 0 connections"),
        ("junit.xml", "struck 0 of 0 connections"),
        ("faults.csv", ",0,0,connections"),
    ] {
        let text = std::fs::read_to_string(run.join(file)).expect(file);
        assert!(text.contains(words), "{file}");
    }
}
