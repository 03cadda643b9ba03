//! `verdict.json`: the assessment as it is, versioned by its `format`.

use super::{ReportError, Reporter, Source};
use crate::verify::Assessment;
use std::io::Write;

/// `verdict.json`.
pub struct VerdictJson;

impl Reporter for VerdictJson {
    fn file(&self) -> &'static str {
        "verdict.json"
    }

    fn write(&self, source: &Source, out: &mut dyn Write) -> Result<(), ReportError> {
        serde_json::to_writer_pretty(&mut *out, source.assessment).map_err(std::io::Error::from)?;
        out.write_all(b"\n")?;
        Ok(())
    }
}

/// The same as one text, for standard output.
///
/// # Errors
/// If the assessment has a number that JSON cannot write.
pub fn json(assessment: &Assessment) -> Result<String, ReportError> {
    let mut text = serde_json::to_string_pretty(assessment).map_err(std::io::Error::from)?;
    text.push('\n');
    Ok(text)
}
