//! `stats.csv`: the measured load by step, in Locust's columns. Times in milliseconds, sizes in bytes.
//!
//! `Median`, `Min`, `Max` and the quantiles are latencies of operations from their intended start. A quantile that lies
//! among operations that were not good is `N/A`; average, least and longest are over good operations.

use super::number::{NONE, QUANTILES, millis, number, quantile, some};
use super::tables::{StepTable, name};
use super::{ReportError, Reporter, Source};
use crate::event::StepId;
use crate::record::Scope;
use std::io::Write;

/// `stats.csv`.
pub struct StatsCsv;

impl Reporter for StatsCsv {
    fn file(&self) -> &'static str {
        "stats.csv"
    }

    fn write(&self, source: &Source, out: &mut dyn Write) -> Result<(), ReportError> {
        let mut csv = csv::Writer::from_writer(out);
        let head = [
            "Type",
            "Name",
            "Request Count",
            "Failure Count",
            "Median Response Time",
            "Average Response Time",
            "Min Response Time",
            "Max Response Time",
            "Average Content Size",
            "Requests/s",
            "Failures/s",
        ];
        csv.write_record(head.into_iter().chain(QUANTILES.map(|(_, heading)| heading)))?;
        let manifest = &source.record.manifest;
        let mut all = StepTable { bytes: manifest.complete.then_some(0), ..StepTable::default() };
        for (place, (info, step)) in manifest.steps.iter().zip(&source.tables.steps).enumerate() {
            if info.scope != Scope::Load {
                continue;
            }
            let (method, name) = name(manifest, StepId(u16::try_from(place).unwrap_or(u16::MAX)));
            csv.write_record(row(&method, &name, step, source.assessment.duration))?;
            all.add(step);
        }
        csv.write_record(row("", "Aggregated", &all, source.assessment.duration))?;
        csv.flush()?;
        Ok(())
    }
}

fn row(method: &str, name: &str, step: &StepTable, seconds: f64) -> Vec<String> {
    let latencies = &step.latencies;
    let rate = |count: u64| if seconds > 0.0 { number(count as f64 / seconds) } else { NONE.to_owned() };
    let mut row = vec![
        method.to_owned(),
        name.to_owned(),
        latencies.total().to_string(),
        latencies.bad.to_string(),
        quantile(latencies.quantile(0.5)),
        millis(latencies.mean()),
        millis(latencies.good.min().map(|micros| micros as f64 * 1e3)),
        millis(latencies.max().map(|nanos| nanos as f64)),
        some(step.mean_bytes()),
        rate(latencies.total()),
        rate(latencies.bad),
    ];
    row.extend(QUANTILES.map(|(q, _)| quantile(latencies.quantile(q))));
    row
}
