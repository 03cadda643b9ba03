//! `shakedown report DIR`: the files again, from the record alone.

use super::run::Output;
use super::{Exit, Stop, github, output, verify};
use crate::plan::Plan;
use crate::record::Record;
use crate::report;
use crate::verify::Assessment;
use std::path::{Path, PathBuf};

/// Write the reports of a run folder again.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The run folder.
    pub folder: PathBuf,
    /// What is printed and written.
    #[command(flatten)]
    pub output: Output,
}

/// Writes every derived file and lists them.
pub fn main(arguments: &Arguments) -> Result<Exit, Stop> {
    let record = verify::record(&arguments.folder)?;
    let plan = verify::plan_of(&record)?;
    let assessment = verify::assess(&plan, &record)?;
    for file in write(&arguments.folder, &plan, &record, &assessment, arguments.output.jtl)? {
        if !arguments.output.quiet {
            output::result(&format!("{}\n", file.display()));
        }
    }
    github::again(&plan, &record, &assessment, &arguments.output);
    Ok(Exit::Pass)
}

/// Writes every derived file.
pub fn write(
    folder: &Path,
    plan: &Plan,
    record: &Record,
    assessment: &Assessment,
    jtl: bool,
) -> Result<Vec<PathBuf>, Stop> {
    report::write(folder, plan, record, assessment, &report::Options { jtl })
        .map_err(|error| Stop::unknown(format!("the reports cannot be written: {error}")))
}
