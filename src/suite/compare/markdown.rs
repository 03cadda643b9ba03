//! A comparison as GitHub's Markdown.

use super::{Comparison, text};
use crate::report::{Page, STEP_SUMMARY_BYTES, word};

/// The whole of it, short enough for a step summary.
pub fn markdown(comparison: &Comparison) -> String {
    let mut page = Page::new(STEP_SUMMARY_BYTES);
    page.text(&format!("## {}: ", word(comparison.verdict)), &format!("B against A, {}", comparison.plan));
    page.gap();
    page.text("", &comparison.reason);
    page.gap();
    for (name, side) in [("A", &comparison.a), ("B", &comparison.b)] {
        let runs = side.runs.join(", ");
        page.item(&format!("{name}: {} runs ({}): {runs}", side.runs.len(), text::tally(&side.verdicts)));
    }
    let differences: Vec<String> =
        comparison.differences.iter().map(|difference| difference.text.clone()).collect();
    page.items("To be known", &differences);
    if !comparison.promises.is_empty() {
        page.heading("Promises");
        page.table(&["promise", "A", "B", ""]);
        for promise in &comparison.promises {
            let broken = if promise.newly_broken() { "WORSE" } else { "" };
            page.row(&[&promise.name, &text::tally(&promise.a), &text::tally(&promise.b), broken]);
        }
    }
    if !comparison.changes.is_empty() {
        page.heading("Figures");
        page.table(&["finding", "of", "measure", "A:", "B:", "worse by:", "95 % interval:", "p:"]);
        for change in &comparison.changes {
            page.row(&[
                text::word(change.finding),
                &change.name,
                &change.measure,
                &change.a_text,
                &change.b_text,
                &text::worse_by(change),
                &text::interval(change),
                &text::p(change),
            ]);
        }
        page.gap();
        page.text("", &text::method(comparison));
    }
    page.finish()
}
