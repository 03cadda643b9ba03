//! From assessment to bytes; one file per format. No verdict is made here.

mod error;
mod export;
mod failures;
mod faults;
mod files;
mod github;
mod history;
mod hlog;
pub mod html;
mod jtl;
mod judged;
mod junit;
mod markdown;
mod number;
mod pulse;
mod stats;
mod tables;
mod terminal;
mod verdict;

#[cfg(test)]
mod tests;

pub use error::ReportError;
pub use export::{Export, export};
pub use github::{Annotations, Place, annotations};
pub use markdown::{Page, STEP_SUMMARY_BYTES, summary};
pub use pulse::{Beat, pulse};
pub use terminal::{Style, Table, terminal, verdict_line, word, wrap};
pub use verdict::{json, schema};

use crate::plan::Plan;
use crate::record::Record;
use crate::verify::Assessment;
use std::io::Write;
use std::path::{Path, PathBuf};
use tables::Tables;

/// What was said, without what is secret by its name.
fn masked(text: &str) -> String {
    crate::plan::secret::credentials(&crate::plan::secret::by_name(text))
}

/// What a report is made of.
pub struct Source<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The record.
    pub record: &'a Record,
    /// What the run is found to be.
    pub assessment: &'a Assessment,
    /// What was counted by step and by second.
    tables: &'a Tables,
}

/// One file of a report.
pub trait Reporter {
    /// The file's name in the run folder.
    fn file(&self) -> &'static str;

    /// Writes it.
    ///
    /// # Errors
    /// If the record cannot be read, or the bytes cannot be written.
    fn write(&self, source: &Source, out: &mut dyn Write) -> Result<(), ReportError>;
}

/// What is written beside the usual files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// `results.jtl`: one line per request, as JMeter has it.
    pub jtl: bool,
}

/// Writes all files of a report into the run folder, each of them whole or not at all. Gives their paths.
///
/// # Errors
/// If the record cannot be read or a file cannot be written; or if a JTL is asked of a record that does not hold every
/// request.
pub fn write(
    folder: &Path,
    plan: &Plan,
    record: &Record,
    assessment: &Assessment,
    options: &Options,
) -> Result<Vec<PathBuf>, ReportError> {
    if options.jtl && !record.manifest.complete {
        return Err(ReportError::Incomplete { file: jtl::FILE });
    }
    let tables = Tables::read(record)?;
    let source = Source { plan, record, assessment, tables: &tables };
    let mut reporters: Vec<&dyn Reporter> = vec![
        &verdict::VerdictJson,
        &stats::StatsCsv,
        &history::HistoryCsv,
        &failures::FailuresCsv,
        &faults::FaultsCsv,
        &judged::ObjectivesCsv,
        &judged::InvariantsCsv,
        &hlog::LatencyLog,
        &markdown::SummaryMd,
        &junit::JunitXml,
    ];
    if options.jtl {
        reporters.push(&jtl::Jtl);
    }
    reporters.push(&html::Html);
    reporters.into_iter().map(|reporter| files::replace(folder, reporter, &source)).collect()
}
