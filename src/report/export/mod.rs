//! What a run did, in forms that other tools read.

mod attempts;
mod history;
mod processes;

use super::{ReportError, jtl};
use crate::plan::Plan;
use crate::record::Record;
use std::io::Write;

/// The form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Export {
    /// The marked operations as a Jepsen-style history: JSON lines.
    History,
    /// Every attempt, with all that is recorded of it.
    Csv,
    /// Every request of the load, as JMeter has it.
    Jtl,
}

/// Writes a run's operations in another form. Gives the number of operations that had to be left out of a history: the
/// record lacks an attempt of them, or no reply told their key.
///
/// # Errors
/// If the record cannot be read or the bytes cannot be written; or if every attempt is asked of a record that holds only
/// marked ones.
pub fn export(form: Export, plan: &Plan, record: &Record, out: &mut dyn Write) -> Result<u64, ReportError> {
    let whole = record.manifest.complete;
    match form {
        Export::History => history::write(plan, record, out),
        Export::Csv if !whole => Err(ReportError::Incomplete { file: "the list of attempts" }),
        Export::Csv => attempts::write(record, out).map(|()| 0),
        Export::Jtl if !whole => Err(ReportError::Incomplete { file: "the JTL" }),
        Export::Jtl => jtl::rows(record, out).map(|()| 0),
    }
}
