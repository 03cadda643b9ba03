//! The report of a long run: ten million operations in half an hour, written within bounds of time, size and memory.

#[allow(dead_code, reason = "each set of tests uses a part of it")]
#[path = "../support/recorded.rs"]
mod recorded;

use self::recorded::Tale;
use shakedown::plan::model::Keep;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const LONGEST: Duration = Duration::from_secs(10);
const LARGEST: u64 = 1_000_000;
const MOST_MEMORY: u64 = 400 << 20;

/// What `shakedown report` took: time, and the most memory that it held.
fn report(folder: &std::path::Path) -> (Duration, u64) {
    let begun = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_shakedown"))
        .arg("report")
        .arg(folder)
        .stdout(Stdio::null())
        .spawn()
        .expect("the program starts");
    let status = format!("/proc/{}/status", child.id());
    let mut most = 0;
    while child.try_wait().expect("it can be asked").is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let peak = text.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next());
        most = most.max(peak.and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) << 10);
        assert!(begun.elapsed() < 30 * LONGEST, "it does not end");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(child.wait().expect("it ended").success());
    (begun.elapsed(), most)
}

/// The record is the worst of its kind: every attempt kept, eight steps, latencies that hardly share a bucket. The bound
/// on time is for the release build.
#[test]
fn ten_million_operations_over_thirty_minutes() {
    for keep in [Keep::All, Keep::Marked] {
        let tale = Tale { seconds: 1_800, sessions_per_second: 695, steps: 8, keep, ..Tale::default() };
        assert!(tale.operations() >= 10_000_000);
        let (_reports, record) = tale.record();
        let (took, memory) = report(record.folder());
        let size = std::fs::metadata(record.folder().join("report.html")).expect("written").len();
        eprintln!("{keep:?}: {took:.1?}, {} KB, {} MiB", size / 1_000, memory >> 20);
        assert!(size < LARGEST, "{size} bytes");
        assert!(memory < MOST_MEMORY, "{} MiB", memory >> 20);
        assert!(cfg!(debug_assertions) || took < LONGEST, "{took:?}");
    }
}

/// Ten minutes, eight steps: what most runs are.
#[test]
fn ten_minutes_of_eight_steps_are_below_600_kilobytes() {
    let tale = Tale { seconds: 600, sessions_per_second: 25, steps: 8, ..Tale::default() };
    let told = tale.told();
    let size = told.html().len();
    eprintln!("{} KB", size / 1_000);
    assert!(size < 600_000, "{size} bytes");
}
