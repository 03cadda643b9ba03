//! A frozen server must show in the percentiles, exactly as theory has it.

use super::support::{Finished, Lab, ONE_STEP, steady_stack};
use shakedown::event::{Event, FaultStage, Nanos};

/// When the server was seen to freeze and to thaw, in seconds from the start of the load.
fn observed_freeze(run: &Finished) -> (f64, f64) {
    let record = run.record();
    let start = record.manifest.load_start;
    let at = |stage: FaultStage| {
        let found = record
            .events
            .iter()
            .find(|timed| matches!(&timed.event, Event::Fault(fault) if fault.stage == stage));
        (found.unwrap_or_else(|| panic!("no {stage:?}")).time - start).as_secs_f64()
    };
    (at(FaultStage::Applied), at(FaultStage::Healed))
}

/// When the last of the operations that had begun in the freeze was over: the end of the drain.
fn observed_drain(run: &Finished, thaw: f64, freeze: f64) -> f64 {
    let record = run.record();
    let start = record.manifest.load_start;
    let mut last = thaw;
    for batch in record.attempts().expect("attempts") {
        for attempt in batch.expect("a batch").iter() {
            let begun = (attempt.intended - start).as_secs_f64();
            if begun >= freeze && begun < thaw {
                last = last.max((attempt.end - start).as_secs_f64());
            }
        }
    }
    last
}

fn latencies(run: &Finished) -> Vec<f64> {
    let record = run.record();
    let mut found = Vec::new();
    for batch in record.attempts().expect("attempts") {
        for attempt in batch.expect("a batch").iter() {
            found.push((attempt.end - attempt.intended).as_secs_f64());
        }
    }
    found
}

fn quantile(mut values: Vec<f64>, q: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    values[((values.len() as f64 * q).ceil() as usize).clamp(1, values.len()) - 1]
}

/// What the program says of a quantile, in seconds.
fn said(run: &Finished, id: &str) -> f64 {
    run.objective(id)["actual"].as_f64().unwrap_or_else(|| panic!("no value: {}", run.objective(id))) / 1e9
}

fn assert_close(what: &str, said: f64, truth: f64) {
    let allowed = (truth * 0.03).max(0.010);
    assert!(
        (said - truth).abs() <= allowed,
        "{what}: said {said:.4} s, the truth is {truth:.4} s (± {allowed:.4})"
    );
}

const OBJECTIVES: &str = r#"
[[objective]]
id = "p50"
expect = "p50 < 1h"
[[objective]]
id = "p75"
expect = "p75 < 1h"
[[objective]]
id = "p90"
expect = "p90 < 1h"
[[objective]]
id = "p99"
expect = "p99 < 1h"
[[fault]]
id = "freeze"
at = "3100ms"
for = "4s"
pause = { service = "server" }
"#;

#[test]
fn open_model() {
    let (rate, delay, length) = (200.0, 0.005, 10.0);
    let plan = format!(
        "name = \"frozen open\"\n{}[load]\nrate = \"200/s\"\nfor = \"10s\"\n{ONE_STEP}{OBJECTIVES}",
        steady_stack(5, "ok")
    );
    let run = Lab::new().run_kept(&plan);
    let (freeze, thaw) = observed_freeze(&run.0);
    let drain = observed_drain(&run.0, thaw, freeze);

    // An arrival in the freeze is answered in the drain, in the order of arrival; every other one after the delay.
    let truth: Vec<f64> = (0..(rate * length) as u32)
        .map(|k| f64::from(k) / rate)
        .map(|at| {
            if at + delay > freeze && at < thaw {
                let place = ((at - freeze) / (thaw - freeze)).max(0.0);
                (thaw + place * (drain - thaw) - at).max(delay)
            } else {
                delay
            }
        })
        .collect();
    assert_eq!(latencies(&run.0).len(), truth.len(), "every arrival is in the record");
    for (id, q) in [("p50", 0.5), ("p75", 0.75), ("p90", 0.9), ("p99", 0.99)] {
        assert_close(id, said(&run.0, id), quantile(truth.clone(), q));
    }
}

#[test]
fn closed_model() {
    let (users, delay) = (50_usize, 0.2);
    let plan = format!(
        "name = \"frozen closed\"\n{}[load]\nmodel = \"closed\"\nusers = 50\nfor = \"10s\"\n{ONE_STEP}{OBJECTIVES}",
        steady_stack(200, "ok")
    );
    let run = Lab::new().run_kept(&plan);
    let (freeze, thaw) = observed_freeze(&run.0);

    // Each user repeats the delay, but for the one request that the freeze catches: it ends with the thaw.
    let mut truth = Vec::new();
    for _ in 0..users {
        let mut at = 0.0;
        while at < 10.0 {
            let end = at + delay;
            let end = if end > freeze && at < thaw { end.max(thaw) } else { end };
            truth.push(end - at);
            at = end;
        }
    }
    for (id, q) in [("p50", 0.5), ("p75", 0.75), ("p90", 0.9), ("p99", 0.99)] {
        assert_close(id, said(&run.0, id), quantile(truth.clone(), q));
    }
    let all = latencies(&run.0).len();
    assert!(all.abs_diff(truth.len()) <= users, "{all} iterations, {} by theory", truth.len());
}

impl Lab {
    /// Runs a plan and keeps the folder for as long as the result is used.
    fn run_kept(self, plan: &str) -> (Finished, Lab) {
        let run = self.run(plan, &[]);
        run.expect_code(0);
        (run, self)
    }
}

#[test]
fn the_yardstick_itself_measures() {
    assert_eq!(quantile(vec![3.0, 1.0, 2.0, 4.0], 0.5), 2.0);
    assert_eq!(quantile(vec![1.0; 100], 0.99), 1.0);
    assert!(Nanos::from_secs_f64(1.0) > Nanos::ZERO);
}
