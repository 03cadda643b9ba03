//! `attempts_per_operation`: how many requests an operation took.

use super::{Case, Finding};

/// Attempts / operations of which any attempt was made: a dropped arrival made none.
pub fn measure(case: &Case) -> Finding {
    let total = case.tally.total();
    if total.attempted() == 0 {
        return Finding::unknown("every arrival was dropped: no attempt was made");
    }
    let mut finding = case.finding(total.attempts as f64 / total.attempted() as f64, total.attempted());
    finding.interval = case.interval(
        |cell, _| [cell.attempts as f64, cell.attempted() as f64],
        |sums| (sums[1] > 0.0).then(|| sums[0] / sums[1]),
    );
    finding.reason.push_str(&format!(": {} attempts of {} operations", total.attempts, total.attempted()));
    finding
}
