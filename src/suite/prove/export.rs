//! The table of a proof for people and programs.

use super::{Proof, Row};
use crate::report::{Page, Table, word, wrap};
use std::io;

/// As JSON.
///
/// # Errors
/// If a number cannot be written.
pub fn json(proof: &Proof) -> io::Result<String> {
    Ok(format!("{}\n", serde_json::to_string_pretty(proof)?))
}

/// As CSV; the time in seconds.
///
/// # Errors
/// If it cannot be written.
pub fn csv(proof: &Proof) -> io::Result<String> {
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record([
        "claim",
        "verdict",
        "passed",
        "runs",
        "counters_failed",
        "counters",
        "seconds",
        "evidence",
        "words",
    ])?;
    for row in &proof.rows {
        out.write_record([
            row.claim.clone(),
            word(row.verdict).to_lowercase(),
            row.passed.to_string(),
            row.runs.to_string(),
            row.counters_failed.to_string(),
            row.counters.to_string(),
            row.seconds.map_or(String::new(), |seconds| format!("{seconds:.1}")),
            row.evidence.clone(),
            row.words.clone(),
        ])?;
    }
    let bytes = out.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// As Markdown.
pub fn markdown(proof: &Proof) -> String {
    let mut page = Page::new(crate::report::STEP_SUMMARY_BYTES);
    page.line(&format!("## {}", sentence(proof)));
    page.gap();
    page.table(&["claim", "verdict", "run", "counter-run", "evidence", "s:", "in words"]);
    for row in &proof.rows {
        let [passed, failed, seconds] = figures(row);
        page.row(&[&row.claim, word(row.verdict), &passed, &failed, &row.evidence, &seconds, &row.words]);
    }
    page.gap();
    page.text("", &format!("Run: how many passed. Counter-run: how many failed as named. s: run and counter-run of one round. Built by {}.", proof.build));
    page.finish()
}

/// For a terminal, with a line break at its end.
pub fn terminal(proof: &Proof, width: usize) -> String {
    let width = width.clamp(72, 200);
    let mut table = Table::new(&["verdict", "claim", "run", "counter-run", "s"]).right(&[4]);
    for row in &proof.rows {
        let [passed, failed, seconds] = figures(row);
        let cells = vec![word(row.verdict).to_owned(), row.claim.clone(), passed, failed, seconds];
        table.row(cells, vec![row.evidence.clone()]);
    }
    let table = table.print(width, &[1], |_, cell| cell.to_owned());
    format!("{table}\n{}", wrap(&sentence(proof), width, ""))
}

fn figures(row: &Row) -> [String; 3] {
    let counter = match row.counters {
        0 => "none".to_owned(),
        all => format!("{} of {all} failed", row.counters_failed),
    };
    [
        format!("{} of {} passed", row.passed, row.runs),
        counter,
        row.seconds.map_or("-".to_owned(), |seconds| format!("{seconds:.0}")),
    ]
}

fn sentence(proof: &Proof) -> String {
    use crate::verify::Verdict;
    let count = |verdict| proof.rows.iter().filter(|row| row.verdict == verdict).count();
    format!(
        "{} of {} claims are proven, {} failed, {} are open.",
        count(Verdict::Pass),
        proof.rows.len(),
        count(Verdict::Fail),
        count(Verdict::Unknown)
    )
}
