//! `summary.md`: the verdict and what bears it out on one page of GitHub's Markdown, short enough for a step summary.

mod escape;
mod faults;
mod generator;
mod objectives;
mod page;
mod steps;

pub use escape::cell;
pub use page::Page;

use super::terminal::{title, word};
use super::{ReportError, Reporter, Source};
use crate::record::{Manifest, utc_text};
use crate::verify::Assessment;
use std::io::Write;

/// GitHub takes no more than this for one step's summary.
pub const STEP_SUMMARY_BYTES: usize = 1 << 20;

/// `summary.md`.
pub struct SummaryMd;

impl Reporter for SummaryMd {
    fn file(&self) -> &'static str {
        "summary.md"
    }

    fn write(&self, source: &Source, out: &mut dyn Write) -> Result<(), ReportError> {
        let text = summary(source.assessment, &source.record.manifest, STEP_SUMMARY_BYTES);
        out.write_all(text.as_bytes())?;
        Ok(())
    }
}

/// The summary in at most `limit` bytes. What has no room is left out from the end, and the last line counts it.
pub fn summary(assessment: &Assessment, manifest: &Manifest, limit: usize) -> String {
    let mut page = Page::new(limit);
    page.text(&format!("## {}: ", word(assessment.verdict)), &title(assessment));
    page.gap();
    page.text("", &assessment.reason);
    if let Some(claim) = &assessment.claim {
        page.gap();
        page.text("> ", claim);
    }
    objectives::objectives(&mut page, assessment);
    objectives::invariants(&mut page, assessment);
    faults::section(&mut page, assessment);
    steps::section(&mut page, assessment);
    generator::section(&mut page, assessment);
    page.items("Caveats", &assessment.caveats);
    foot(&mut page, manifest);
    page.finish()
}

/// What it takes to do it again.
fn foot(page: &mut Page, manifest: &Manifest) {
    page.gap();
    page.line(&format!(
        "<sub>{} UTC · plan {} (SHA-256 {}) · seed {} · shakedown {}</sub>",
        utc_text(manifest.anchor_utc.saturating_add(manifest.load_start.0)).replace('T', " "),
        cell(&manifest.plan_file),
        cell(manifest.plan_sha256.get(..12).unwrap_or("unknown")),
        manifest.seed,
        cell(&manifest.version),
    ));
}
