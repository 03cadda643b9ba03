//! Our own program, run as a user runs it: the whole process is measured, with start, record and report.

use super::measure::{Run, run};
use super::nginx::Nginx;
use super::peers::SECONDS;
use std::path::PathBuf;

/// What an open-model run says of itself.
pub struct Open {
    /// Lateness of sends, in microseconds.
    pub lateness_p50: f64,
    /// The same, p99.
    pub lateness_p99: f64,
    /// Arrivals per second that started.
    pub rate_reached: f64,
    /// The generator's verdict on itself.
    pub generator: String,
}

/// One step with a status check; 50 users, closed model, one worker.
pub fn one_step(nginx: &Nginx) -> Run {
    closed(nginx, &format!("for = \"{SECONDS}s\""), ONE_STEP)
}

/// Three steps with JSON extraction, headers and a feeder.
pub fn three_steps(nginx: &Nginx) -> Run {
    let folder = folder();
    let rows: String = (0..1000).map(|row| format!("user-{row},token-{row}\n")).collect();
    std::fs::write(folder.join("users.csv"), format!("name,token\n{rows}")).expect("a file");
    closed(nginx, &format!("for = \"{SECONDS}s\""), THREE_STEPS)
}

/// So many operations as fast as they go.
pub fn many(nginx: &Nginx, operations: u64) -> Run {
    closed(nginx, &format!("for = \"10m\"\niterations = {}", operations / 50), ONE_STEP)
}

/// Arrivals at a rate, one worker.
pub fn open(nginx: &Nginx, rate: u32, seconds: u32) -> Open {
    let load = format!("[load]\nmodel = \"open\"\nrate = \"{rate}/s\"\nfor = \"{seconds}s\"\nworkers = 1\n");
    let run = carry_out(nginx, &load, ONE_STEP);
    let json: serde_json::Value = serde_json::from_str(&run.output).expect("a verdict");
    let generator = &json["generator"];
    let micros = |key: &str| generator[key].as_f64().unwrap_or(f64::NAN) / 1e3;
    Open {
        lateness_p50: micros("lateness_p50"),
        lateness_p99: micros("lateness_p99"),
        rate_reached: generator["rate_reached"].as_f64().unwrap_or(f64::NAN),
        generator: generator["reason"].as_str().unwrap_or_default().to_owned(),
    }
}

const ONE_STEP: &str =
    "[[flow]]\nname = \"one\"\n[[flow.step]]\nname = \"get\"\nget = \"/\"\nexpect = { status = 200 }\n";

const THREE_STEPS: &str = r#"
[[feeder]]
name = "users"
file = "users.csv"

[[flow]]
name = "three"
[[flow.step]]
name = "list"
get = "/item?user=${users.name}"
header = { Authorization = "Bearer ${users.token}", Accept = "application/json" }
expect = { status = 200 }
extract = { product = "$.items[3].id", next = "$.next" }
[[flow.step]]
name = "look"
get = "/item?product=${product}"
header = { Accept = "application/json" }
expect = { status = 200 }
extract = { price = "$.items[0].price" }
[[flow.step]]
name = "more"
get = "/item?after=${next}&price=${price}"
header = { Accept = "application/json" }
expect = { status = 200 }
"#;

fn closed(nginx: &Nginx, length: &str, flow: &str) -> Run {
    carry_out(nginx, &format!("[load]\nmodel = \"closed\"\nusers = 50\nworkers = 1\n{length}\n"), flow)
}

fn carry_out(nginx: &Nginx, load: &str, flow: &str) -> Run {
    let folder = folder();
    let plan = folder.join("plan.toml");
    let text = format!(
        "name = \"bench\"\n[target]\nurl = \"{}\"\n{load}{flow}\n[[objective]]\nexpect = \"availability >= 99%\"\n",
        nginx.url()
    );
    std::fs::write(&plan, text).expect("a file");
    let (plan, reports) =
        (plan.to_string_lossy().into_owned(), folder.join("reports").to_string_lossy().into_owned());
    let program = env!("CARGO_BIN_EXE_shakedown");
    let command = [program, "run", &plan, "--quiet", "--json", "--reports", &reports];
    let run = run(&command, |text| {
        let json: serde_json::Value = serde_json::from_str(text).ok()?;
        json["attempts"].as_u64()
    });
    let _ = std::fs::remove_dir_all(folder.join("reports"));
    run.expect("shakedown runs")
}

fn folder() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("shakedown-bench-plans-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}
