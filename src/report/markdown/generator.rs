//! What the generator says of itself.

use super::Page;
use crate::report::number::{millis, number};
use crate::report::terminal::word;
use crate::verify::{Assessment, Verdict};

/// One sentence, and why if it did not pass.
pub(super) fn section(page: &mut Page, assessment: &Assessment) {
    let report = &assessment.generator;
    page.heading("Generator");
    page.line(&format!(
        "{}: {}/s of {}/s reached; lateness p50 {} ms, p99 {} ms, max {} ms; {} cores; {} arrivals dropped.",
        word(report.verdict),
        number(report.rate_reached),
        number(report.rate_planned),
        millis(report.lateness_p50),
        millis(report.lateness_p99),
        millis(report.lateness_max),
        number(report.cpu),
        report.dropped,
    ));
    if report.verdict != Verdict::Pass {
        page.gap();
        page.text("", &report.reason);
    }
}
