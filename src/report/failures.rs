//! `failures.csv`: bad operations of the measured load by step and error, in Locust's columns; behind them when the first
//! and the last were to begin, in seconds from the start of the load.

use super::number::seconds;
use super::tables::name;
use super::{ReportError, Reporter, Source};
use crate::event::Nanos;
use std::io::Write;

/// `failures.csv`.
pub struct FailuresCsv;

impl Reporter for FailuresCsv {
    fn file(&self) -> &'static str {
        "failures.csv"
    }

    fn write(&self, source: &Source, out: &mut dyn Write) -> Result<(), ReportError> {
        let mut csv = csv::Writer::from_writer(out);
        csv.write_record(["Method", "Name", "Error", "Occurrences", "First s", "Last s"])?;
        let manifest = &source.record.manifest;
        let second = |at: Nanos| seconds(Some((at - manifest.load_start).as_secs_f64()));
        for ((step, error, status), failures) in &source.tables.failures {
            let (method, name) = name(manifest, *step);
            let error = match status {
                Some(status) => format!("{} {status}", error.name()),
                None => error.name().to_owned(),
            };
            csv.write_record([
                method,
                name,
                error,
                failures.times.to_string(),
                second(failures.first),
                second(failures.last),
            ])?;
        }
        csv.flush()?;
        Ok(())
    }
}
