//! A comparison in a terminal of 80 columns.

use super::{Change, Comparison, Finding, text};
use crate::report::{Table, word, wrap};

/// The whole of it, with a line break at its end.
pub fn terminal(comparison: &Comparison, width: usize) -> String {
    let width = width.clamp(72, 200);
    let verdict = word(comparison.verdict);
    let mut out = format!("{verdict}{}", &" ".repeat(9)[verdict.len()..]);
    out.push_str(wrap(&comparison.plan, width, "         ").trim_start());
    out.push_str(&wrap(&comparison.reason, width, "         "));
    for (name, side) in [("A", &comparison.a), ("B", &comparison.b)] {
        let said = format!(
            "{name}: {} runs ({}): {}",
            side.runs.len(),
            text::tally(&side.verdicts),
            side.runs.join(", ")
        );
        out.push_str(&wrap(&said, width, "         "));
    }
    for difference in &comparison.differences {
        out.push_str(&format!("- {}", wrap(&format!("note: {}", difference.text), width, "  ").trim_start()));
    }
    if !comparison.promises.is_empty() {
        out.push('\n');
        out.push_str(&promises(comparison, width));
    }
    if !comparison.changes.is_empty() {
        out.push('\n');
        out.push_str(&changes(comparison, width));
        out.push_str(&wrap(&text::method(comparison), width, ""));
    }
    out
}

fn promises(comparison: &Comparison, width: usize) -> String {
    let mut table = Table::new(&["promise", "A", "B", ""]);
    for promise in &comparison.promises {
        let broken = if promise.newly_broken() { "WORSE" } else { "" };
        let advisory = if promise.advisory { " (advisory)" } else { "" };
        table.row(
            vec![
                format!("{}{advisory}", promise.name),
                text::tally(&promise.a),
                text::tally(&promise.b),
                broken.to_owned(),
            ],
            Vec::new(),
        );
    }
    table.print(width, &[0], |_, cell| cell.to_owned())
}

fn changes(comparison: &Comparison, width: usize) -> String {
    let concluded = comparison.changes.iter().any(|change| change.finding != Finding::TooFew);
    let head: &[&str] = if concluded {
        &["finding", "of", "measure", "A", "B", "worse by", "95 %", "p"]
    } else {
        &["of", "measure", "A", "B", "worse by"]
    };
    let skipped = usize::from(!concluded);
    let mut table = Table::new(head).right(&[3 - skipped, 4 - skipped, 5 - skipped, 6, 7]);
    for change in &comparison.changes {
        let cells = cells(change);
        table.row(if concluded { cells } else { cells[1..6].to_vec() }, Vec::new());
    }
    table.print(width, &[1 - skipped, 2 - skipped], |_, cell| cell.to_owned())
}

fn cells(change: &Change) -> Vec<String> {
    vec![
        text::word(change.finding).to_owned(),
        change.name.clone(),
        change.measure.clone(),
        change.a_text.clone(),
        change.b_text.clone(),
        text::worse_by(change),
        text::interval(change),
        text::p(change),
    ]
}
