//! What a process cost.

use nix::sys::resource::{UsageWho, getrusage};
use std::process::Command;

/// A finished measurement.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// Processor time, user and system, of the whole process and its threads, in seconds.
    pub cpu: f64,
    /// Requests that were answered.
    pub requests: u64,
    /// Peak resident memory in MiB, the largest of all children so far.
    pub peak_mib: f64,
    /// Standard output.
    pub output: String,
}

impl Run {
    /// Processor time per request in microseconds.
    pub fn micros_per_request(&self) -> f64 {
        self.cpu * 1e6 / self.requests.max(1) as f64
    }
}

/// Runs a command to its end on processor 0 and takes what it cost. Standard error is shown where it fails.
pub fn run(command: &[&str], requests: impl Fn(&str) -> Option<u64>) -> Option<Run> {
    let before = children();
    let output = Command::new("taskset").args(["-c", "0"]).args(command).output().ok()?;
    let after = children();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    match requests(&text) {
        Some(requests) => Some(Run { cpu: after.0 - before.0, requests, peak_mib: after.1, output: text }),
        None => {
            println!("{}: {}{}", command.join(" "), text, String::from_utf8_lossy(&output.stderr));
            None
        }
    }
}

/// Processor seconds and peak memory (MiB) of all children that have ended.
fn children() -> (f64, f64) {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("the system tells");
    let seconds = |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
    (seconds(usage.user_time()) + seconds(usage.system_time()), usage.max_rss() as f64 / 1024.0)
}

/// The middle value; NaN of nothing.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => sorted[n / 2],
        n => (sorted[n / 2 - 1] + sorted[n / 2]) / 2.0,
    }
}
