//! `dropped`: arrivals that could not start, of all that were planned.

use super::{Case, Finding, share::burned};

/// Dropped arrivals / planned arrivals of the window.
pub fn measure(case: &Case) -> Finding {
    let total = case.tally.total();
    if total.arrivals == 0 {
        return Finding::unknown("no user arrives at this step: it is not the first of its flow");
    }
    let actual = total.dropped as f64 / total.arrivals as f64;
    let mut finding = case.finding(actual, total.arrivals);
    finding.interval = case.interval(
        |cell, _| [cell.dropped as f64, cell.arrivals as f64],
        |sums| (sums[1] > 0.0).then(|| sums[0] / sums[1]),
    );
    finding.budget = if case.is_ceiling() { burned(actual, case.bound()) } else { None };
    finding.reason.push_str(&format!(": {} of {} arrivals", total.dropped, total.arrivals));
    finding
}
