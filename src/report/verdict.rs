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

/// The JSON Schema (draft 2020-12) of `verdict.json`. A test holds `docs/verdict.schema.json` to it; `UPDATE_DOCS=1`
/// writes it anew.
pub fn schema() -> serde_json::Value {
    let mut schema = schemars::schema_for!(Assessment);
    schema.insert("title".into(), "shakedown verdict".into());
    schema.to_value()
}
