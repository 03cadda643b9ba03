//! `shakedown verify DIR`: the verdict again, from the record alone; or, with `--history`, that on an outside history.

use super::run::{self, Output};
use super::{Exit, Stop, github, history};
use crate::plan::{self, Plan};
use crate::record::Record;
use crate::report::{Source, Tables};
use crate::verify::{self, Assessment};
use std::path::{Path, PathBuf};
use std::thread;

/// Judge a run folder again, or a history from outside.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The run folder.
    #[arg(required_unless_present = "history", conflicts_with = "history")]
    pub folder: Option<PathBuf>,
    /// A history in Jepsen's form instead of a run folder.
    #[command(flatten)]
    pub history: history::Arguments,
    /// What is printed and written.
    #[command(flatten)]
    pub output: Output,
}

/// Judges the folder and writes its verdict and tables again.
pub fn main(arguments: &Arguments) -> Result<Exit, Stop> {
    let Some(folder) = &arguments.folder else {
        return history::main(&arguments.history);
    };
    let record = record(folder)?;
    let plan = plan_of(&record)?;
    let (assessment, tables) = judge(&plan, &record)?;
    let source = Source { plan: &plan, record: &record, assessment: &assessment, tables: &tables };
    super::report::write(folder, &source, arguments.output.jtl)?;
    github::annotate(&plan, &record, &assessment, &arguments.output);
    run::verdict(&arguments.output, &assessment, folder)?;
    Ok(Exit::of_verdict(verify::exit_code(&assessment)))
}

/// Opens a run folder.
pub fn record(folder: &Path) -> Result<Record, Stop> {
    Record::open(folder).map_err(Stop::usage)
}

/// The plan that the record holds.
pub fn plan_of(record: &Record) -> Result<Plan, Stop> {
    plan::parse(&record.manifest.plan_file, &record.manifest.plan)
        .map_err(|diagnostics| Stop::usage(format!("the plan in the record cannot be read\n{diagnostics}")))
}

/// Judges the record, and counts meanwhile what its reports show.
pub fn judge(plan: &Plan, record: &Record) -> Result<(Assessment, Tables), Stop> {
    thread::scope(|scope| {
        let counting = thread::Builder::new()
            .name("tables".to_owned())
            .spawn_scoped(scope, || Tables::read(record))
            .map_err(|error| Stop::unknown(format!("cannot start a thread that counts: {error}")))?;
        let assessment = verify::assess(plan, record).map_err(Stop::unknown);
        let tables = counting.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        Ok((assessment?, tables.map_err(Stop::unknown)?))
    })
}
