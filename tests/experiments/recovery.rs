//! Recovery time and recovery point of the embedded shop, held against what the test itself saw: a probe of its own for
//! the one, the shop's own order of events for the other.

use super::support::{Finished, Lab, processes_with};
use super::waiting::blocking::eventually;
use shakedown::event::Outcome;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The shop: so many nodes behind a front, and a replica that takes no part.
fn shop(nodes: u32) -> String {
    format!(
        r#"
[stack]
kind = "processes"
[[stack.service]]
name = "node"
command = ["${{shakedown}}", "demo-shop", "node", "--name", "${{instance}}", "--db", "${{run}}/shop.db", "--port", "${{port}}"]
instances = {nodes}
ready = {{ http = "/health/ready", within = "10s" }}
[[stack.service]]
name = "replica"
command = ["${{shakedown}}", "demo-shop", "node", "--name", "${{instance}}", "--db", "${{run}}/replica.db", "--port", "${{port}}"]
ready = {{ http = "/health/ready", within = "10s" }}
[[stack.service]]
name = "front"
command = ["${{shakedown}}", "demo-shop", "front", "--port", "${{port}}", "--nodes", "${{node.addresses}}"]
ready = {{ http = "/health/ready", within = "10s" }}
[target]
url = "http://${{front.address}}"
timeout = "1s"
"#
    )
}

const ORDER: &str = r#"
[[flow]]
name = "buy"
[[flow.step]]
name = "order"
post = "/orders"
header = { Idempotency-Key = "${uuid:order}" }
json = { product = "p-001", quantity = 1 }
expect = { status = [200, 201] }
effect = { kind = "order", key = "${uuid:order}" }
"#;

const FINAL: &str = r#"
[[final]]
name = "orders"
get = "/audit/orders?after=${cursor}&limit=500"
rows = "$.orders[*]"
wait = "1500ms"
[[invariant]]
id = "not-lost"
check = "acknowledged-not-lost"
effect = "order"
state = "orders"
"#;

/// Nanoseconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    i64::try_from(since.as_nanos()).expect("before 2262")
}

/// One request of the probe: when it began and ended, and whether it was served.
#[derive(Clone, Copy, Debug)]
struct Look {
    from: i64,
    to: i64,
    served: bool,
}

fn look(address: SocketAddr) -> Look {
    let from = now();
    let served = || -> std::io::Result<bool> {
        let limit = Duration::from_millis(300);
        let mut stream = TcpStream::connect_timeout(&address, limit)?;
        stream.set_read_timeout(Some(limit))?;
        stream.write_all(b"GET /products?limit=1 HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n")?;
        let mut head = [0; 12];
        stream.read_exact(&mut head)?;
        Ok(head.ends_with(b" 200"))
    };
    let served = served().unwrap_or(false);
    Look { from, to: now(), served }
}

/// The front's address, from the command line of the process that runs for this lab: its nodes keep their data there.
fn front(lab: &Lab) -> SocketAddr {
    let port_of =
        |line: &str| line.split("--port ").nth(1).and_then(|rest| rest.split(' ').next()?.parse().ok());
    let mut port = None;
    eventually("the front runs", || {
        let nodes = processes_with(&lab.path().to_string_lossy());
        let ports: Vec<u16> =
            nodes.iter().filter(|line| line.contains("shop.db")).filter_map(|line| port_of(line)).collect();
        let fronts = processes_with("demo-shop front");
        let ours = fronts.iter().find(|line| ports.iter().any(|port| line.contains(&format!(":{port}"))));
        port = ours.and_then(|line| port_of(line));
        port.is_some()
    });
    SocketAddr::from(([127, 0, 0, 1], port.expect("it was found")))
}

/// Runs a plan, and looks at its front every 5 ms meanwhile.
fn watched(lab: &Lab, plan: &str) -> (Finished, Vec<Look>) {
    let child = lab.start(plan);
    let over = Arc::new(AtomicBool::new(false));
    let address = front(lab);
    let watcher = std::thread::spawn({
        let over = over.clone();
        move || {
            let mut looks = Vec::new();
            while !over.load(Ordering::Relaxed) {
                looks.push(look(address));
                std::thread::sleep(Duration::from_millis(5));
            }
            looks
        }
    });
    let run = lab.finished(child.wait_with_output().expect("it ends"));
    over.store(true, Ordering::Relaxed);
    (run, watcher.join().expect("the watcher ends"))
}

#[test]
fn the_reported_interval_contains_the_true_recovery_time() {
    let fault = "[[fault]]\nid = \"node-dies\"\nat = \"2s\"\nfor = \"2s\"\nkill = { service = \"node\" }\n";
    let objective =
        "[[objective]]\nid = \"recovers\"\nexpect = \"recovery <= 5s\"\nwindow = \"fault(node-dies)\"\n";
    let plan = format!(
        "name = \"rto\"\n{}[load]\nmax_lateness = \"500ms\"\nrate = \"200/s\"\nfor = \"9s\"\n{ORDER}{fault}{objective}",
        shop(1)
    );
    let lab = Lab::new();
    let (run, looks) = watched(&lab, &plan);
    run.expect_code(0);
    let manifest = run.record().manifest;
    let verdict = run.verdict();
    let fault = &verdict["faults"][0];
    let applied = manifest.anchor_utc
        + manifest.load_start.0
        + (fault["applied"].as_f64().expect("applied") * 1e9) as i64;

    // The truth: between the beginning of the last look that was not served, and the end of the first after it that was.
    let end = manifest.anchor_utc + manifest.load_end.0;
    let during: Vec<&Look> = looks.iter().filter(|look| look.from > applied && look.to < end).collect();
    let last_bad = during.iter().rposition(|look| !look.served).expect("the shop was away");
    let second = |at: i64| (at - applied) as f64 / 1e9;
    let (earliest, latest) = (second(during[last_bad].from), second(during[last_bad + 1].to));
    let told = &fault["recovery"]["after_applied"];
    let (low, high) = (told["low"].as_f64().expect("seen"), told["high"].as_f64().expect("seen"));
    println!("told {low:.3}..{high:.3} s, seen {earliest:.3}..{latest:.3} s");
    assert!(earliest > 1.9, "the node was dead for 2 s: {earliest}");
    // The probe and the users arrive 5 ms apart: the true moment may lie between two of either. And a user who was sent late
    // was served later than the time for which it is counted.
    let late = verdict["generator"]["lateness_max"].as_f64().expect("users") / 1e9;
    let slack = 0.01 + late;
    let holds =
        |low: f64, high: f64, from: f64| low <= latest - from + slack && earliest - from <= high + slack;
    assert!(holds(low, high, 0.0), "told {low}..{high}, seen {earliest}..{latest}, {late} s late");
    assert!(high - low <= 0.3, "an interval of {low}..{high} says little");

    // From the heal the same moment is told.
    let healed = fault["healed"].as_f64().expect("healed") - fault["applied"].as_f64().expect("applied");
    let told = &fault["recovery"]["after_healed"];
    let (low, high) = (told["low"].as_f64().expect("seen"), told["high"].as_f64().expect("seen"));
    assert!(holds(low, high, healed), "told {low}..{high}, seen {earliest}..{latest}, healed {healed}");
    assert_eq!(fault["mttr"], fault["recovery"]["after_applied"]["high"]);
}

/// The orders that a run's record holds as acknowledged, with the time of the first reply that said so.
fn acknowledged(run: &Finished) -> BTreeMap<String, i64> {
    let record = run.record();
    let orders = record.manifest.steps.iter().position(|step| step.name == "order").expect("the step");
    let mut found: BTreeMap<String, i64> = BTreeMap::new();
    for batch in record.attempts().expect("attempts") {
        for attempt in batch.expect("a batch").iter().filter(|attempt| usize::from(attempt.step.0) == orders)
        {
            if let (Outcome::Ok, Some(key)) = (attempt.outcome, attempt.key) {
                let at = found.entry(key.to_owned()).or_insert(i64::MAX);
                *at = (*at).min(attempt.end.0);
            }
        }
    }
    found
}

/// The orders that the shop still has, by the record's final read.
fn kept(run: &Finished) -> BTreeSet<String> {
    let tables = run.record().finals().expect("finals");
    let orders = tables.iter().find(|table| table.name == "orders").expect("the final read");
    let key = orders.columns.iter().position(|column| column == "key").expect("a key");
    (0..orders.len()).filter_map(|row| orders.text(row, key).map(str::to_owned)).collect()
}

#[test]
fn a_shop_told_to_forget_the_last_orders_loses_exactly_those() {
    const FORGOTTEN: usize = 25;
    // The one user of this number tells the shop, while the fault is in force.
    let forget = format!(
        "[[flow.step]]\nname = \"forget\"\npost = \"/admin/forget?count={FORGOTTEN}\"\nwhen = \"${{user}} == 350\"\n\
         expect = {{ status = 200 }}\n"
    );
    let fault =
        "[[fault]]\nid = \"replica-dies\"\nat = \"2s\"\nfor = \"3s\"\nkill = { service = \"replica\" }\n";
    let objective = "[[objective]]\nid = \"served\"\nexpect = \"availability >= 99%\"\n";
    let plan = format!(
        "name = \"rpo\"\n{}[load]\nmax_lateness = \"500ms\"\nrate = \"100/s\"\nfor = \"7s\"\n{ORDER}{forget}{fault}{FINAL}{objective}",
        shop(2)
    );
    let lab = Lab::new();
    let run = lab.run(&plan, &[]);
    run.expect_code(1);

    // The truth: what was acknowledged and is not there, and the time between the first and the last of these replies.
    let (acknowledged, kept) = (acknowledged(&run), kept(&run));
    let lost: Vec<i64> =
        acknowledged.iter().filter(|(key, _)| !kept.contains(*key)).map(|(_, at)| *at).collect();
    assert_eq!(lost.len(), FORGOTTEN, "all that the shop forgot had been acknowledged, or was soon");
    let span = (lost.iter().max().expect("some") - lost.iter().min().expect("some")) as f64 / 1e9;

    let verdict = run.verdict();
    let rpo = &verdict["faults"][0]["rpo"];
    println!("{rpo}, seen {span:.3} s");
    assert_eq!(rpo["lost"], FORGOTTEN, "{rpo}");
    assert_eq!(rpo["invariant"], "not-lost");
    assert!((rpo["span"].as_f64().expect("a span") - span).abs() < 1e-6, "{rpo}, not {span}");
    let invariant = &verdict["invariants"][0];
    assert_eq!(invariant["verdict"], "fail");
    let reason = invariant["reason"].as_str().expect("a reason");
    assert!(reason.starts_with(&format!("{FORGOTTEN} of {} acknowledged", acknowledged.len())), "{reason}");
    assert!(reason.contains(&format!("{FORGOTTEN} in between")), "the last until then: {reason}");
}
