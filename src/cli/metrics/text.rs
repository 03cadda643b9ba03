//! The state in the OpenMetrics text format, version 1.0
//! (<https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md>).
//!
//! Names are those of `verdict.json`, with `shakedown_` before and the unit behind them. A quantile that lies among
//! operations without a good reply is `+Inf`.

use super::state::{State, Step};
use crate::event::Phase;
use crate::stats::{Latencies, Quantile};
use std::fmt::Write;

const QUANTILES: [f64; 3] = [0.5, 0.9, 0.99];

/// The whole page.
pub(super) fn page(state: &State, in_flight: u64) -> String {
    let mut out = String::new();
    run(&mut out, state);
    steps(&mut out, state);
    generator(&mut out, state, in_flight);
    faults(&mut out, state);
    samples(&mut out, state);
    out.push_str("# EOF\n");
    out
}

fn run(out: &mut String, state: &State) {
    family(out, "shakedown_run", "info", "", "The run.");
    let labels = [
        ("plan", state.plan.as_str()),
        ("seed", &state.seed.to_string()),
        ("version", env!("CARGO_PKG_VERSION")),
    ];
    sample(out, "shakedown_run_info", &labels, 1.0);
    family(out, "shakedown_phase", "stateset", "", "What the run is doing.");
    for (phase, name) in PHASES {
        let is = if state.phase == Some(phase) { 1.0 } else { 0.0 };
        sample(out, "shakedown_phase", &[("shakedown_phase", name)], is);
    }
}

const PHASES: [(Phase, &str); 11] = [
    (Phase::StackUp, "stack-up"),
    (Phase::Setup, "setup"),
    (Phase::Baseline, "baseline"),
    (Phase::Warmup, "warmup"),
    (Phase::Load, "load"),
    (Phase::Drain, "drain"),
    (Phase::Heal, "heal"),
    (Phase::FinalRead, "final-read"),
    (Phase::Teardown, "teardown"),
    (Phase::StackDown, "stack-down"),
    (Phase::Done, "done"),
];

fn steps(out: &mut String, state: &State) {
    let mut counter = |name: &str, help: &str, of: fn(&Step) -> u64| {
        family(out, name, "counter", "", help);
        for step in &state.steps {
            sample(out, &format!("{name}_total"), &labels(step), of(step) as f64);
        }
    };
    counter("shakedown_operations", "Operations of the measured load.", |step| step.latencies.total());
    counter("shakedown_bad", "Operations that were not good.", |step| step.latencies.bad);
    counter("shakedown_attempts", "Requests that were made for them.", |step| step.attempts);
    family(out, "shakedown_warmup_operations", "counter", "", "Operations of the warm-up, by whole seconds.");
    sample(out, "shakedown_warmup_operations_total", &[], state.warmup_operations as f64);
    let name = "shakedown_latency_seconds";
    family(out, name, "summary", "seconds", "Latency from the intended start; +Inf: no good reply.");
    for step in &state.steps {
        quantiles(out, name, &labels(step), &step.latencies);
    }
    let name = "shakedown_latency_max_seconds";
    family(out, name, "gauge", "seconds", "The longest latency of a good operation.");
    for step in &state.steps {
        if let Some(nanos) = step.latencies.max() {
            sample(out, name, &labels(step), nanos as f64 / 1e9);
        }
    }
}

fn labels(step: &Step) -> [(&'static str, &str); 2] {
    [("flow", &step.flow), ("step", &step.step)]
}

fn generator(out: &mut String, state: &State, in_flight: u64) {
    family(out, "shakedown_started", "counter", "", "Arrivals of the measured load that started.");
    sample(out, "shakedown_started_total", &[], state.lateness.total() as f64);
    family(out, "shakedown_dropped", "counter", "", "Arrivals that could not start.");
    sample(out, "shakedown_dropped_total", &[], state.dropped as f64);
    family(out, "shakedown_in_flight", "gauge", "", "Users in flight.");
    sample(out, "shakedown_in_flight", &[], in_flight as f64);
    let name = "shakedown_lateness_seconds";
    family(out, name, "summary", "seconds", "Lateness of the generator's own sends.");
    quantiles(out, name, &[], &state.lateness);
    if let Some(nanos) = state.lateness.max() {
        let name = "shakedown_lateness_max_seconds";
        family(out, name, "gauge", "seconds", "The largest lateness.");
        sample(out, name, &[], nanos as f64 / 1e9);
    }
}

fn faults(out: &mut String, state: &State) {
    family(out, "shakedown_fault_applied", "counter", "", "Times a fault was confirmed to be in force.");
    for fault in &state.faults {
        let labels = [("id", fault.id.as_str()), ("kind", &fault.kind)];
        sample(out, "shakedown_fault_applied_total", &labels, fault.applied as f64);
    }
    family(out, "shakedown_fault_healed", "counter", "", "Times a fault was confirmed to be gone.");
    for fault in &state.faults {
        let labels = [("id", fault.id.as_str()), ("kind", &fault.kind)];
        sample(out, "shakedown_fault_healed_total", &labels, fault.healed as f64);
    }
}

fn samples(out: &mut String, state: &State) {
    let help = "The last sample of a probe, or of an instance's cpu (cores), memory (bytes), alive (0 or 1).";
    family(out, "shakedown_sample", "gauge", "", help);
    for ((name, instance), value) in &state.samples {
        let mut labels = vec![("name", name.as_str())];
        labels.extend(instance.as_deref().map(|instance| ("instance", instance)));
        sample(out, "shakedown_sample", &labels, *value);
    }
}

fn quantiles(out: &mut String, name: &str, labels: &[(&str, &str)], latencies: &Latencies) {
    for q in QUANTILES {
        let value = match latencies.quantile(q) {
            Quantile::Empty => continue,
            Quantile::Value(nanos) => nanos as f64 / 1e9,
            Quantile::NoGoodReply => f64::INFINITY,
        };
        let q = q.to_string();
        let labels: Vec<_> = labels.iter().copied().chain([("quantile", q.as_str())]).collect();
        sample(out, name, &labels, value);
    }
}

fn family(out: &mut String, name: &str, kind: &str, unit: &str, help: &str) {
    let _ = writeln!(out, "# TYPE {name} {kind}");
    if !unit.is_empty() {
        let _ = writeln!(out, "# UNIT {name} {unit}");
    }
    let _ = writeln!(out, "# HELP {name} {help}");
}

fn sample(out: &mut String, name: &str, labels: &[(&str, &str)], value: f64) {
    out.push_str(name);
    if !labels.is_empty() {
        let labels: Vec<String> =
            labels.iter().map(|(label, value)| format!("{label}=\"{}\"", escaped(value))).collect();
        let _ = write!(out, "{{{}}}", labels.join(","));
    }
    let _ = match value {
        f64::INFINITY => writeln!(out, " +Inf"),
        f64::NEG_INFINITY => writeln!(out, " -Inf"),
        value => writeln!(out, " {value}"),
    };
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Event, FaultEvent, FaultStage, Nanos, Outcome, Sample, StepId, Timed};
    use crate::record::{HistogramRow, Observer, Series};
    use crate::stats::Bucket;
    use std::sync::{Arc, Mutex};

    fn state() -> Arc<Mutex<State>> {
        let plan = "name = 'a \"plan\"'\nseed = 7\n[target]\nurl = 'http://127.0.0.1:1'\n[load]\nrate = '100/s'\nfor = '30s'\n\
            [[flow]]\nname = 'buy'\n[[flow.step]]\nname = 'look'\nget = '/look'\n[[flow.step]]\nname = 'order'\npost = '/order'\n\
            [[fault]]\nid = 'dies'\nat = '1s'\nkill = { service = 'node' }\n";
        Arc::new(Mutex::new(State::new(&toml::from_str(plan).expect("a plan"))))
    }

    fn row(second: i64, step: u16, series: Series, good: bool, micros: u64, count: u32) -> HistogramRow {
        let bucket = Bucket::of(micros);
        HistogramRow { second, step: StepId(step), series, outcome: Outcome::Ok, good, bucket, count }
    }

    fn phase(second: f64, phase: Phase) -> Timed {
        Timed { time: Nanos::from_secs_f64(second), event: Event::Phase { phase } }
    }

    #[test]
    fn figures_have_the_reports_names() {
        let state = state();
        let mut feed = super::super::Feed(state.clone());
        feed.event(&phase(2.0, Phase::Warmup));
        feed.histograms(&[row(2, 0, Series::Response, true, 1_000, 5)]);
        feed.event(&phase(3.5, Phase::Load));
        feed.histograms(&[
            row(3, 0, Series::Response, true, 1_000, 7),
            row(4, 0, Series::Response, true, 1_000, 98),
            row(4, 0, Series::Response, false, 5, 2),
            row(4, 0, Series::Service, true, 900, 103),
            row(4, 0, Series::Lateness, true, 40, 100),
            row(4, 2, Series::Response, true, 1, 1),
        ]);
        let stage = FaultStage::Applied;
        let fault = FaultEvent {
            id: "dies".into(),
            occurrence: 0,
            kind: "kill".into(),
            targets: vec![],
            stage,
            planned: None,
            detail: None,
            struck: None,
        };
        feed.event(&Timed { time: Nanos(1), event: Event::Fault(fault) });
        let cpu = |value| Sample { time: Nanos(1), name: "cpu".into(), instance: Some("n\n1".into()), value };
        feed.sample(&cpu(Some(0.25)));
        let text = page(&state.lock().expect("lock"), 3);
        for line in [
            "shakedown_run_info{plan=\"a \\\"plan\\\"\",seed=\"7\",version=\"",
            "shakedown_phase{shakedown_phase=\"load\"} 1\n",
            "shakedown_phase{shakedown_phase=\"warmup\"} 0\n",
            "shakedown_operations_total{flow=\"buy\",step=\"look\"} 100\n",
            "shakedown_bad_total{flow=\"buy\",step=\"look\"} 2\n",
            "shakedown_attempts_total{flow=\"buy\",step=\"look\"} 103\n",
            "shakedown_operations_total{flow=\"buy\",step=\"order\"} 0\n",
            "shakedown_warmup_operations_total 12\n",
            "shakedown_latency_seconds{flow=\"buy\",step=\"look\",quantile=\"0.5\"} 0.001",
            "shakedown_latency_seconds{flow=\"buy\",step=\"look\",quantile=\"0.99\"} +Inf\n",
            "shakedown_started_total 100\n",
            "shakedown_in_flight 3\n",
            "shakedown_fault_applied_total{id=\"dies\",kind=\"kill\"} 1\n",
            "shakedown_fault_healed_total{id=\"dies\",kind=\"kill\"} 0\n",
            "shakedown_sample{name=\"cpu\",instance=\"n\\n1\"} 0.25\n",
        ] {
            assert!(text.contains(line), "{line} is missing in\n{text}");
        }
        assert!(text.ends_with("# EOF\n") && text.matches("# EOF").count() == 1);
        assert!(!text.contains("quantile=\"0.5\"} NaN"), "no operations, no figure");
        feed.sample(&cpu(None));
        assert!(!page(&state.lock().expect("lock"), 0).contains("name=\"cpu\""));
    }
}
