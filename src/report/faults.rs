//! `faults.csv`: every occurrence of every fault. Times in seconds from the start of the load; recovery in seconds from
//! applied; an empty field: it did not come to that, or (`struck`) is not known.

use super::number::seconds;
use super::{ReportError, Reporter, Source};
use crate::event::Tally;
use crate::verify::{FaultReport, noun};
use std::io::Write;

/// `faults.csv`.
pub struct FaultsCsv;

impl Reporter for FaultsCsv {
    fn file(&self) -> &'static str {
        "faults.csv"
    }

    fn write(&self, source: &Source, out: &mut dyn Write) -> Result<(), ReportError> {
        let mut csv = csv::Writer::from_writer(out);
        csv.write_record([
            "id",
            "occurrence",
            "kind",
            "targets",
            "planned_s",
            "started_s",
            "applied_s",
            "healed_s",
            "verdict",
            "operations",
            "bad",
            "recovery_low_s",
            "recovery_high_s",
            "struck",
            "struck_of",
            "struck_unit",
        ])?;
        for fault in &source.assessment.faults {
            csv.write_record(row(fault))?;
        }
        csv.flush()?;
        Ok(())
    }
}

fn row(fault: &FaultReport) -> [String; 16] {
    let recovery = fault.recovery.as_ref().map(|recovery| recovery.after_applied);
    // What is not known on any target is left empty.
    let struck = fault.struck.as_ref();
    let known = struck.filter(|struck| struck.targets.iter().any(|target| target.tally.is_some()));
    let counted =
        |which: fn(Tally) -> u64| known.map_or(String::new(), |struck| which(struck.total()).to_string());
    [
        fault.id.clone(),
        fault.occurrence.to_string(),
        fault.kind.clone(),
        fault.targets.join(" "),
        seconds(fault.planned),
        seconds(fault.started),
        seconds(fault.applied),
        seconds(fault.healed),
        super::terminal::word(fault.verdict).to_lowercase(),
        fault.operations.to_string(),
        fault.bad.to_string(),
        seconds(recovery.and_then(|interval| interval.low)),
        seconds(recovery.and_then(|interval| interval.high)),
        counted(|tally| tally.struck),
        counted(|tally| tally.seen),
        struck.map_or(String::new(), |struck| noun(struck.unit).to_owned()),
    ]
}
