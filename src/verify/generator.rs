//! The generator judged by its own figures: was it on time, and did it reach its rate?

use super::assessment::{GeneratorReport, Verdict};
use super::local::Local;
use super::survey::Arrivals;
use crate::event::Nanos;
use crate::plan::expression::{Quantity, Unit};
use crate::plan::model::{Load, LoadModel};
use crate::record::{Manifest, Record};
use crate::stats::Window as Span;

/// The least share of the planned arrivals that must have started.
const LEAST_STARTED: f64 = 0.99;
/// The most of the load's time in which the generator may stand still.
const MOST_STALLED: f64 = 0.01;

/// Judges the generator. Unknown if it was too late or too slow for the run to say anything.
pub fn judge(load: &Load, record: &Record, arrivals: &Arrivals) -> GeneratorReport {
    let manifest = &record.manifest;
    let seconds = (manifest.load_end - manifest.load_start).as_secs_f64();
    let rate = |count: u64| if seconds > 0.0 { count as f64 / seconds } else { 0.0 };
    let quantile = |q| arrivals.lateness.quantile(q).map(|micros| micros as f64 * 1e3);
    let mut report = GeneratorReport {
        verdict: Verdict::Pass,
        reason: String::new(),
        lateness_p50: quantile(0.5),
        lateness_p99: quantile(0.99),
        lateness_max: arrivals.latest.map(|latest| latest.0.max(0) as f64),
        planned: manifest.arrivals_planned,
        started: arrivals.started,
        dropped: arrivals.dropped,
        rate_planned: rate(manifest.arrivals_planned),
        rate_reached: rate(arrivals.started),
        cpu: if seconds > 0.0 { manifest.generator_cpu / seconds } else { 0.0 },
    };
    let mut doubts = doubts(load, manifest, &report, arrivals.no_row);
    let load_span = Span::new(manifest.load_start, manifest.load_end.max(manifest.load_start));
    let stalled = Local::new(record).stalled_within(load_span);
    if stalled > MOST_STALLED * seconds {
        doubts.push(format!(
            "the generator did not run for {stalled:.1} s of {seconds:.1} s: it was stopped, or starved of the processor"
        ));
    }
    if !doubts.is_empty() {
        report.verdict = Verdict::Unknown;
    }
    report.reason = match doubts.is_empty() {
        true => "it followed its plan.".to_owned(),
        false => format!("{}.", doubts.join("; ")),
    };
    report
}

fn doubts(load: &Load, manifest: &Manifest, report: &GeneratorReport, no_row: u64) -> Vec<String> {
    let mut doubts = Vec::new();
    if report.started == 0 {
        doubts.push("the generator started nothing".to_owned());
    }
    // A run that was ended before its time says so by itself: what was planned for later is no fault of the generator.
    let whole = manifest.aborted.is_none() && load.model == LoadModel::Open;
    if whole && report.started > 0 && (report.started as f64) < LEAST_STARTED * report.planned as f64 {
        let mut doubt = format!(
            "the generator was asked for {}/s, reached {}/s: {} of {} planned arrivals started in time",
            whole_number(report.rate_planned),
            whole_number(report.rate_reached),
            report.started,
            report.planned,
        );
        let capped = report.dropped.saturating_sub(no_row);
        if capped > 0 {
            doubt.push_str(&format!(", {capped} were dropped at max_in_flight = {}", load.max_in_flight));
        }
        if no_row > 0 {
            doubt.push_str(&format!(", {no_row} found no row in their feeder"));
        }
        doubts.push(doubt);
    }
    let most = Nanos::from(load.max_lateness.0).0 as f64;
    if let Some(late) = report.lateness_p99
        && late > most
    {
        let show = |value| Quantity { unit: Unit::Time, value };
        doubts.push(format!(
            "the generator sent late: p99 of lateness is {}, max_lateness is {}",
            show(late),
            show(most)
        ));
    }
    doubts
}

fn whole_number(rate: f64) -> String {
    if rate >= 10.0 { format!("{rate:.0}") } else { format!("{rate:.2}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(
        started: u64,
        dropped: u64,
        late_micros: u64,
        change: impl Fn(&mut Manifest),
    ) -> GeneratorReport {
        let load: Load = toml::from_str("rate = '100000/s'\nfor = '10s'").expect("a load");
        let (_folder, mut record) = crate::verify::tests::run::Run::new().record();
        let manifest = &mut record.manifest;
        manifest.load_end = manifest.load_start + Nanos(10_000_000_000);
        manifest.arrivals_planned = 1_000_000;
        manifest.generator_cpu = 15.0;
        change(manifest);
        let mut arrivals = Arrivals { started, dropped, ..Arrivals::default() };
        for place in 0..100 {
            arrivals.lateness.record(if place < 90 { 10 } else { late_micros });
        }
        judge(&load, &record, &arrivals)
    }

    #[test]
    fn a_rate_that_was_not_reached_is_said_honestly() {
        let report = judged(612_340, 0, 20, |_| {});
        assert_eq!(report.verdict, Verdict::Unknown);
        assert!(report.reason.contains("asked for 100000/s, reached 61234/s"), "{}", report.reason);
        assert_eq!(judged(990_000, 0, 20, |_| {}).verdict, Verdict::Pass, "99 % are enough");
    }

    #[test]
    fn what_the_cap_dropped_did_not_start_and_is_named() {
        let report = judged(900_000, 100_000, 20, |_| {});
        assert!(report.reason.contains("100000 were dropped at max_in_flight = 10000"), "{}", report.reason);
    }

    #[test]
    fn lateness_above_the_bound_makes_it_unknown() {
        let report = judged(1_000_000, 0, 60_000, |_| {});
        assert_eq!(report.verdict, Verdict::Unknown);
        assert!(report.reason.contains("max_lateness is 50ms"), "{}", report.reason);
        assert_eq!(judged(1_000_000, 0, 49_000, |_| {}).verdict, Verdict::Pass);
    }

    #[test]
    fn an_aborted_run_is_not_blamed_on_the_generator() {
        let report =
            judged(500_000, 0, 20, |manifest| manifest.aborted = Some("an objective was lost".into()));
        assert_eq!(report.verdict, Verdict::Pass);
        assert_eq!(report.cpu, 1.5);
    }
}
