//! `stats_history.csv`: the whole load second by second, in Locust's columns, ours behind them.
//!
//! A second counts the operations that were to begin in it. `User Count` is the number of operations in flight at its
//! end. `Second` counts from the start of the load and is negative before it; `Warmup` says whether the second belongs to
//! the warm-up, which `stats.csv` and the objectives leave out.

use super::number::{NONE, QUANTILES, millis, quantile};
use super::tables::{Second, name};
use super::{ReportError, Reporter, Source};
use crate::event::{Nanos, StepId};
use crate::record::Manifest;
use crate::stats::Latencies;
use std::collections::BTreeMap;
use std::io::Write;

/// `stats_history.csv`.
pub struct HistoryCsv;

impl Reporter for HistoryCsv {
    fn file(&self) -> &'static str {
        "stats_history.csv"
    }

    fn write(&self, source: &Source, out: &mut dyn Write) -> Result<(), ReportError> {
        let mut csv = csv::Writer::from_writer(out);
        csv.write_record(head())?;
        let manifest = &source.record.manifest;
        let mut totals: BTreeMap<Option<StepId>, Latencies> = BTreeMap::new();
        let in_flight = source.tables.in_flight();
        let seconds: Vec<Second> = source.tables.seconds().collect();
        for steps in seconds.chunk_by(|one, other| one.second == other.second) {
            let mut all = Latencies::default();
            let second = steps[0].second;
            let users = in_flight.as_ref().map_or(NONE.to_owned(), |counts| {
                counts.range(..=second).next_back().map_or(0, |(_, count)| *count).to_string()
            });
            for step in steps {
                let latencies = step.latencies();
                all.merge(&latencies);
                let total = totals.entry(Some(step.step)).or_default();
                total.merge(&latencies);
                csv.write_record(row(manifest, second, &users, Some(step.step), &latencies, total))?;
            }
            let total = totals.entry(None).or_default();
            total.merge(&all);
            csv.write_record(row(manifest, second, &users, None, &all, total))?;
        }
        csv.flush()?;
        Ok(())
    }
}

fn head() -> Vec<&'static str> {
    let mut head = vec!["Timestamp", "User Count", "Type", "Name", "Requests/s", "Failures/s"];
    head.extend(QUANTILES.map(|(_, heading)| heading));
    head.extend([
        "Total Request Count",
        "Total Failure Count",
        "Total Median Response Time",
        "Total Average Response Time",
        "Total Min Response Time",
        "Total Max Response Time",
        "Total Average Content Size",
        "Second",
        "Warmup",
    ]);
    head
}

fn row(
    manifest: &Manifest,
    second: i64,
    users: &str,
    step: Option<StepId>,
    latencies: &Latencies,
    total: &Latencies,
) -> Vec<String> {
    let (method, name) = match step {
        Some(step) => name(manifest, step),
        None => (String::new(), "Aggregated".to_owned()),
    };
    let from = Nanos(second.saturating_mul(1_000_000_000));
    let mut row = vec![
        manifest.anchor_utc.saturating_add(from.0).div_euclid(1_000_000_000).to_string(),
        users.to_owned(),
        method,
        name,
        latencies.total().to_string(),
        latencies.bad.to_string(),
    ];
    row.extend(QUANTILES.map(|(q, _)| quantile(latencies.quantile(q))));
    row.extend([
        total.total().to_string(),
        total.bad.to_string(),
        quantile(total.quantile(0.5)),
        millis(total.mean()),
        millis(total.good.min().map(|micros| micros as f64 * 1e3)),
        millis(total.max().map(|nanos| nanos as f64)),
        NONE.to_owned(),
        second.saturating_sub(manifest.load_start.second()).to_string(),
        (from < manifest.warmup_end && manifest.load_start < manifest.warmup_end).to_string(),
    ]);
    row
}
