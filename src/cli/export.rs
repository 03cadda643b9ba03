//! `shakedown export DIR`: what a run did, in a form that other tools read, on standard output.

use super::{Exit, Stop, output, verify};
use crate::report::{self, Export, ReportError};
use std::fs::File;
use std::io::{BufWriter, ErrorKind, Write};
use std::path::PathBuf;

/// Print what a run did.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The run folder.
    pub folder: PathBuf,
    /// The form: the marked operations as a Jepsen-style history, every attempt as CSV, or every request as JMeter's JTL.
    #[arg(long, value_enum, default_value_t = Format::History)]
    pub format: Format,
    /// Write to this file instead of standard output.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// The form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// The marked operations as a Jepsen-style history: JSON lines.
    History,
    /// Every attempt.
    Csv,
    /// Every request of the load, as JMeter has it.
    Jtl,
}

/// Writes it.
pub fn main(arguments: &Arguments) -> Result<Exit, Stop> {
    let record = verify::record(&arguments.folder)?;
    let plan = verify::plan_of(&record)?;
    if let Some(torn) = &record.torn {
        output::line(&format!("shakedown: the record is torn ({torn}): what can be trusted is written"));
    }
    let form = match arguments.format {
        Format::History => Export::History,
        Format::Csv => Export::Csv,
        Format::Jtl => Export::Jtl,
    };
    let written = match &arguments.output {
        Some(path) => {
            let file = File::create(path)
                .map_err(|error| Stop::usage(format!("cannot write {}: {error}", path.display())))?;
            write(form, &plan, &record, file)
        }
        None => write(form, &plan, &record, std::io::stdout().lock()),
    };
    match written {
        // A reader that has gone is no trouble of ours.
        Err(ReportError::Write { error, .. }) if error.kind() == ErrorKind::BrokenPipe => Ok(Exit::Pass),
        Err(error @ ReportError::Incomplete { .. }) => Err(Stop::usage(error)),
        Err(error) => Err(Stop::unknown(error)),
        Ok(0) => Ok(Exit::Pass),
        Ok(left_out) => {
            output::line(&format!(
                "shakedown: {left_out} operations are left out: an attempt is missing in the record, or no reply told their key"
            ));
            Ok(Exit::Pass)
        }
    }
}

fn write(
    form: Export,
    plan: &crate::plan::Plan,
    record: &crate::record::Record,
    to: impl Write,
) -> Result<u64, ReportError> {
    let mut out = BufWriter::new(to);
    let left_out = report::export(form, plan, record, &mut out)?;
    out.flush()?;
    Ok(left_out)
}
