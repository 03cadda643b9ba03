//! `shakedown report DIR…`: the files again, from the records alone; for several runs a page that lists them.

use super::run::Output;
use super::{Exit, Stop, github, output, verify};
use crate::record::write_atomic;
use crate::report::{self, Source};
use crate::suite::index::{self, Entry};
use std::path::{Path, PathBuf};

/// Write the reports of run folders again.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Run folders, or folders of runs. Several runs get a page that lists them, `index.html`, in the folder around them.
    #[arg(required = true, value_name = "DIR")]
    pub folders: Vec<PathBuf>,
    /// Write the page that lists the runs into this folder.
    #[arg(long, value_name = "DIR")]
    pub index: Option<PathBuf>,
    /// What is printed and written.
    #[command(flatten)]
    pub output: Output,
}

/// Writes every derived file and lists them; the page of all runs comes last.
pub fn main(arguments: &Arguments) -> Result<Exit, Stop> {
    let folders = match arguments.folders.as_slice() {
        // What is wrong with a single folder is told best by whoever opens it.
        [only] if !only.is_dir() => vec![only.clone()],
        several => crate::suite::folders(several).map_err(Stop::usage)?,
    };
    let is_one_run = arguments.folders.len() == 1 && folders == arguments.folders;
    let wants_index = !is_one_run || arguments.index.is_some();
    let mut entries = Vec::new();
    for folder in &folders {
        let record = verify::record(folder)?;
        let plan = verify::plan_of(&record)?;
        let (assessment, tables) = verify::judge(&plan, &record)?;
        let source = Source { plan: &plan, record: &record, assessment: &assessment, tables: &tables };
        for file in write(folder, &source, arguments.output.jtl)? {
            told(arguments, &file);
        }
        github::annotate(&plan, &record, &assessment, &arguments.output);
        if wants_index {
            entries.push(Entry::new(folder, &record, &assessment, &tables));
        }
    }
    if wants_index {
        let beside = arguments.index.clone().unwrap_or_else(|| index::common_folder(&folders));
        let file = beside.join(index::FILE);
        write_atomic(&file, index::html(&entries, &beside).as_bytes()).map_err(Stop::usage)?;
        told(arguments, &file);
    }
    Ok(Exit::Pass)
}

fn told(arguments: &Arguments, file: &Path) {
    if !arguments.output.quiet {
        output::result(&format!("{}\n", file.display()));
    }
}

/// A run as a page of several shows it.
pub(super) fn entry(folder: &Path) -> Result<Entry, Stop> {
    let record = verify::record(folder)?;
    let plan = verify::plan_of(&record)?;
    let (assessment, tables) = verify::judge(&plan, &record)?;
    Ok(Entry::new(folder, &record, &assessment, &tables))
}

/// Writes every derived file.
pub fn write(folder: &Path, source: &Source, jtl: bool) -> Result<Vec<PathBuf>, Stop> {
    report::write(folder, source, &report::Options { jtl })
        .map_err(|error| Stop::unknown(format!("the reports cannot be written: {error}")))
}
