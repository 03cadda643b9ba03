//! `throughput`: good operations per second of the window.

use super::{Case, Finding};

/// Good operations / seconds of the window, as it was observed.
pub fn measure(case: &Case) -> Finding {
    let total = case.tally.total();
    let cells = case.tally.cells(case.windows);
    let seconds: f64 = cells.iter().map(|(_, seconds)| seconds).sum();
    if seconds <= 0.0 {
        return Finding::unknown(format!("{} has no length", case.objective.window));
    }
    let mut finding = case.finding(total.good as f64 / seconds, total.operations);
    finding.interval = case.interval(
        |cell, seconds| [cell.good as f64, seconds],
        |sums| (sums[1] > 0.0).then(|| sums[0] / sums[1]),
    );
    finding.reason.push_str(&format!(": {} good operations in {seconds:.1} s", total.good));
    finding
}
