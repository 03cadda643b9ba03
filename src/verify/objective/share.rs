//! `availability` and `error_rate`: good operations, or bad ones, of all. Dropped arrivals are bad operations.

use super::{Case, Finding};
use crate::plan::expression::Metric;

/// Good / all, or bad / all, with the error budget that the bad ones burned.
pub fn measure(case: &Case) -> Finding {
    let total = case.tally.total();
    let all = total.operations as f64;
    let bad = (total.operations - total.good) as f64;
    let of_bad = *case.metric() == Metric::ErrorRate;
    let actual = if of_bad { bad / all } else { total.good as f64 / all };
    let mut finding = case.finding(actual, total.operations);
    finding.interval = case.interval(
        |cell, _| {
            [(if of_bad { cell.operations - cell.good } else { cell.good }) as f64, cell.operations as f64]
        },
        |sums| (sums[1] > 0.0).then(|| sums[0] / sums[1]),
    );
    let allowed = match (of_bad, case.is_ceiling()) {
        (true, true) => Some(case.bound()),
        (false, false) => Some(1.0 - case.bound()),
        // A bound that asks for bad operations has no budget for them.
        _ => None,
    };
    finding.budget = allowed.and_then(|allowed| burned(bad / all, allowed));
    finding.reason.push_str(&format!(": {} bad of {}", total.operations - total.good, total.operations));
    if let Some(allowed) = allowed
        && allowed > 0.0
        && all * allowed < 1.0
    {
        finding.reason.push_str("; so few operations have no room for a single bad one");
    }
    finding
}

/// The share of the error budget that was burned: bad share / allowed share. A promise without a budget has none.
pub fn burned(bad: f64, allowed: f64) -> Option<f64> {
    (allowed > 1e-12).then(|| bad / allowed)
}
