//! Speed against the field, in one run, round by round: `cargo bench --bench speed`.
//!
//! Every figure is a ratio to a peer measured in the same round, because machines differ and drift. Peers that are not
//! installed are installed (Debian, cargo) or left out with a message. `ROUNDS=3` shortens a run, `ONLY=closed` (or
//! `flow`, `open`, `hold`, `memory`) limits it.

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

mod measure;
mod nginx;
mod peers;
mod shakedown;
mod table;
mod timer;

use table::Table;

fn main() {
    // `cargo test --benches` and friends call us with their own arguments; only `cargo bench` measures.
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("speed: nothing measured; use `cargo bench --bench speed`");
        return;
    }
    let rounds = std::env::var("ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(7);
    let only = std::env::var("ONLY").ok();
    let wanted = |name: &str| only.as_deref().is_none_or(|only| only == name);
    let Some(nginx) = nginx::Nginx::start() else { return };
    let mut table = Table::default();

    // First of all: the system tells the peak of all children so far, and building a peer takes more.
    if wanted("memory") {
        memory(&nginx, &mut table);
    }
    let peers = peers::Peers::find();
    if wanted("closed") {
        closed_loop(&nginx, &peers, rounds, &mut table);
    }
    if wanted("flow") {
        three_steps(&nginx, &peers, rounds, &mut table);
    }
    if wanted("open") {
        lateness(&nginx, rounds, &mut table);
    }
    if wanted("hold") {
        hold(&nginx, rounds.min(3), &mut table);
    }
    println!("\n{table}");
}

/// CPU per request, 50 keep-alive connections, one client core, against a static nginx on the other.
fn closed_loop(nginx: &nginx::Nginx, peers: &peers::Peers, rounds: usize, table: &mut Table) {
    let mut ratios: Vec<(&str, Vec<f64>)> =
        vec![("shakedown, one step", vec![]), ("oha", vec![]), ("Goose, plain", vec![])];
    for round in 1..=rounds {
        let Some(wrk) = peers.wrk(nginx) else { return println!("closed loop: left out, wrk is missing") };
        let others = [Some(shakedown::one_step(nginx)), peers.oha(nginx), peers.goose(nginx)];
        print!("closed loop, round {round}: wrk {:.2} µs/request", wrk.micros_per_request());
        for ((name, ratios), run) in ratios.iter_mut().zip(others) {
            if let Some(run) = run {
                let ratio = run.micros_per_request() / wrk.micros_per_request();
                print!(", {name} {ratio:.2}");
                ratios.push(ratio);
            }
        }
        println!();
    }
    for (name, ratios) in ratios {
        table.row("CPU per request, closed loop, 50 connections", name, "× wrk", &ratios);
    }
}

/// The same for a flow of three steps with JSON extraction, headers and a feeder, per request.
fn three_steps(nginx: &nginx::Nginx, peers: &peers::Peers, rounds: usize, table: &mut Table) {
    let mut ratios = Vec::new();
    for round in 1..=rounds {
        let Some(wrk) = peers.wrk(nginx) else { return println!("three steps: left out, wrk is missing") };
        let run = shakedown::three_steps(nginx);
        ratios.push(run.micros_per_request() / wrk.micros_per_request());
        println!("three steps, round {round}: × wrk {:.2}", ratios[ratios.len() - 1]);
    }
    table.row("CPU per request, three-step flow", "shakedown", "× wrk", &ratios);
}

/// Lateness of sends at 10,000/s against a bare timerfd loop.
fn lateness(nginx: &nginx::Nginx, rounds: usize, table: &mut Table) {
    let (mut p50, mut p99) = (Vec::new(), Vec::new());
    for round in 1..=rounds {
        // What the rounds before have recorded is written out first, or the system would do that in the midst of this one.
        rustix::fs::sync();
        let bare = timer::bare_loop(10_000, 3);
        let ours = shakedown::open(nginx, 10_000, 3);
        println!(
            "lateness at 10,000/s, round {round}: bare timerfd p50 {:.1} µs p99 {:.1} µs; shakedown p50 {:.1} µs p99 {:.1} µs",
            bare.p50, bare.p99, ours.lateness_p50, ours.lateness_p99
        );
        p50.push(ours.lateness_p50 / bare.p50);
        p99.push(ours.lateness_p99 / bare.p99);
    }
    table.row("lateness p50 at 10,000/s", "shakedown", "× bare timerfd", &p50);
    table.row("lateness p99 at 10,000/s", "shakedown", "× bare timerfd", &p99);
}

/// 50,000 requests per second, open model, one client core.
fn hold(nginx: &nginx::Nginx, rounds: usize, table: &mut Table) {
    let mut reached = Vec::new();
    for round in 1..=rounds {
        let run = shakedown::open(nginx, 50_000, 5);
        println!("asked for 50,000/s, round {round}: reached {:.0}/s, {}", run.rate_reached, run.generator);
        reached.push(run.rate_reached / 50_000.0);
    }
    table.row("open model at 50,000/s, one core", "shakedown", "of the rate", &reached);
}

/// Peak memory of 5 million operations.
fn memory(nginx: &nginx::Nginx, table: &mut Table) {
    let run = shakedown::many(nginx, 5_000_000);
    println!("{} operations: peak memory {:.0} MiB", run.requests, run.peak_mib);
    table.row("peak memory of 5 million operations", "shakedown", "MiB", &[run.peak_mib]);
}
