//! Counters and latencies of this instance, as Prometheus reads them. Names and labels are few and fixed, whatever
//! people ask for.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Upper ends of the latency buckets, in seconds.
const BUCKETS: [f64; 9] = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5];

#[derive(Default)]
struct Latency {
    buckets: [u64; BUCKETS.len()],
    count: u64,
    sum: f64,
}

#[derive(Default)]
struct Registry {
    counters: BTreeMap<(&'static str, String), u64>,
    latencies: BTreeMap<(&'static str, String), Latency>,
}

static REGISTRY: Mutex<Registry> =
    Mutex::new(Registry { counters: BTreeMap::new(), latencies: BTreeMap::new() });

/// Adds one; `labels` like `result="hit"`, or nothing.
pub fn count(name: &'static str, labels: impl Into<String>) {
    add(name, labels, 1);
}

/// Adds `more`.
pub fn add(name: &'static str, labels: impl Into<String>, more: u64) {
    let mut registry = REGISTRY.lock().unwrap_or_else(PoisonError::into_inner);
    *registry.counters.entry((name, labels.into())).or_default() += more;
}

/// Notes how long something took.
pub fn took(name: &'static str, labels: impl Into<String>, time: Duration) {
    let mut registry = REGISTRY.lock().unwrap_or_else(PoisonError::into_inner);
    let latency = registry.latencies.entry((name, labels.into())).or_default();
    let seconds = time.as_secs_f64();
    for (bucket, end) in latency.buckets.iter_mut().zip(BUCKETS) {
        *bucket += u64::from(seconds <= end);
    }
    latency.count += 1;
    latency.sum += seconds;
}

/// Everything, as text.
pub fn text() -> String {
    let registry = REGISTRY.lock().unwrap_or_else(PoisonError::into_inner);
    let mut text = String::new();
    let mut last = "";
    for ((name, labels), value) in &registry.counters {
        if *name != last {
            let _ = writeln!(text, "# TYPE {name} counter");
            last = name;
        }
        let labels = if labels.is_empty() { String::new() } else { format!("{{{labels}}}") };
        let _ = writeln!(text, "{name}{labels} {value}");
    }
    for ((name, labels), latency) in &registry.latencies {
        if *name != last {
            let _ = writeln!(text, "# TYPE {name} histogram");
            last = name;
        }
        for (value, end) in latency.buckets.iter().zip(BUCKETS) {
            let _ = writeln!(text, "{name}_bucket{{{labels},le=\"{end}\"}} {value}");
        }
        let _ = writeln!(text, "{name}_bucket{{{labels},le=\"+Inf\"}} {}", latency.count);
        let _ = writeln!(text, "{name}_sum{{{labels}}} {}", latency.sum);
        let _ = writeln!(text, "{name}_count{{{labels}}} {}", latency.count);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_and_latencies_are_told() {
        count("test_hits_total", "result=\"hit\"");
        add("test_hits_total", "result=\"hit\"", 2);
        took("test_seconds", "route=\"/\"", Duration::from_millis(20));
        let text = text();
        for line in [
            "# TYPE test_hits_total counter",
            "test_hits_total{result=\"hit\"} 3",
            "test_seconds_bucket{route=\"/\",le=\"0.01\"} 0",
            "test_seconds_bucket{route=\"/\",le=\"0.025\"} 1",
            "test_seconds_count{route=\"/\"} 1",
        ] {
            assert!(text.lines().any(|told| told == line), "{line} is not in\n{text}");
        }
    }
}
