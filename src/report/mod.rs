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
pub use tables::Tables;
pub use terminal::{Style, Table, terminal, verdict_line, visible, visible_keeping_colour, word, wrap};
pub use verdict::{json, schema};

use crate::plan::Plan;
use crate::record::Record;
use crate::verify::Assessment;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::thread;

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
    pub tables: &'a Tables,
}

/// One file of a report.
pub trait Reporter: Sync {
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
pub fn write(folder: &Path, source: &Source, options: &Options) -> Result<Vec<PathBuf>, ReportError> {
    if options.jtl && !source.record.manifest.complete {
        return Err(ReportError::Incomplete { file: jtl::FILE });
    }
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
    // None needs another: a thread for each, and most of the time is the disk's.
    thread::scope(|scope| {
        let start = |reporter| {
            let write = move || files::replace(folder, reporter, source);
            thread::Builder::new().name("report".to_owned()).spawn_scoped(scope, write)
        };
        let started: Vec<_> = reporters.into_iter().map(start).collect();
        started
            .into_iter()
            .map(|writer| writer?.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}
