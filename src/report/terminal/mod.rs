//! The summary that a terminal shows: the verdict first, what bears it out below, the run folder last.

mod faults;
mod generator;
mod objectives;
mod steps;
mod table;
mod text;

use crate::verify::{Assessment, Standing, Verdict};
use std::path::Path;
pub use table::Table;
pub use text::{visible, visible_keeping_colour, wrap};

use text::{bullet, one_line, paint};

/// How the summary looks.
#[derive(Clone, Copy, Debug)]
pub struct Style<'a> {
    /// Whether verdicts are coloured (ANSI).
    pub color: bool,
    /// The width of the terminal, from 72 to 200; no line but the folder's is wider.
    pub width: usize,
    /// The run folder; the page in it is named in the last line.
    pub folder: Option<&'a Path>,
}

impl Default for Style<'_> {
    fn default() -> Self {
        Style { color: false, width: 80, folder: None }
    }
}

/// The summary of a run, with a line break at its end.
pub fn terminal(assessment: &Assessment, style: Style) -> String {
    let style = Style { width: style.width.clamp(72, 200), ..style };
    let mut out = String::new();
    let indent = " ".repeat(9);
    let verdict = word(assessment.verdict);
    out.push_str(&paint(verdict, assessment.verdict, style.color));
    out.push_str(&indent[verdict.len()..]);
    out.push_str(wrap(&title(assessment), style.width, &indent).trim_start());
    out.push_str(&wrap(&assessment.reason, style.width, &indent));
    if let Some(claim) = &assessment.claim {
        out.push_str(&wrap(&format!("Claim: {claim}"), style.width, &indent));
    }
    section(&mut out, objectives::section(assessment, style));
    section(&mut out, faults::section(assessment, style));
    section(&mut out, steps::section(assessment, style));
    section(&mut out, generator::section(assessment, style));
    section(&mut out, caveats(assessment, style));
    if let Some(folder) = style.folder {
        out.push_str(&format!("\n{}\n", folder.join(super::html::FILE).display()));
    }
    out
}

/// The verdict and its reason in one line.
pub fn verdict_line(assessment: &Assessment) -> String {
    format!(
        "{} {}: {}\n",
        word(assessment.verdict),
        one_line(&title(assessment)),
        one_line(&assessment.reason)
    )
}

/// The word for a verdict, or for what it means in a counter-run.
pub fn word(standing: impl Into<Standing>) -> &'static str {
    match standing.into() {
        Standing::Pass => "PASS",
        Standing::ExpectedFail => "EXPECTED",
        Standing::Unknown => "UNKNOWN",
        Standing::Fail => "FAIL",
    }
}

/// The plan's name, and that it was a counter-run.
pub fn title(assessment: &Assessment) -> String {
    match assessment.counter.as_deref() {
        None => assessment.plan.clone(),
        Some("") => format!("{} (counter-run)", assessment.plan),
        Some(name) => format!("{} (counter-run {name})", assessment.plan),
    }
}

fn section(out: &mut String, text: String) {
    if !text.is_empty() {
        out.push('\n');
        out.push_str(&text);
    }
}

fn caveats(assessment: &Assessment, style: Style) -> String {
    assessment.caveats.iter().map(|caveat| bullet(&format!("caveat: {caveat}"), style.width)).collect()
}

/// A row of a table of verdicts: the verdict, the other cells, the lines that belong to it.
type Row = (Standing, Vec<String>, Vec<String>);

/// A table whose first column is a verdict.
fn judged(mut table: Table, rows: impl Iterator<Item = Row>, shrinks: &[usize], style: Style) -> String {
    for (standing, cells, notes) in rows {
        let mut row = vec![word(standing).to_owned()];
        row.extend(cells);
        table.row(row, notes);
    }
    table.print(style.width, shrinks, |column, cell| match (column, cell.trim()) {
        (0, "PASS") => paint(cell, Verdict::Pass, style.color),
        (0, "EXPECTED") => paint(cell, Standing::ExpectedFail, style.color),
        (0, "FAIL") => paint(cell, Verdict::Fail, style.color),
        (0, "UNKNOWN") => paint(cell, Verdict::Unknown, style.color),
        _ => cell.to_owned(),
    })
}
