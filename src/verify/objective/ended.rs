//! What a run that was ended before its time can still prove: a failure that the rest of it could not have made up for.

use super::{Case, Finding};
use crate::plan::expression::{Comparator, Metric, SampleStat, Window};
use crate::verify::assessment::Verdict;
use crate::verify::own_limits;

/// The finding, Unknown in place of a failure that the rest of the run could have made good, or that a fault may have
/// caused which lasted longer than the plan asked for.
pub fn weighed(case: &Case, finding: Finding) -> Finding {
    if finding.verdict == Verdict::Fail
        && let Some(strike) = overlong(case)
    {
        let reason =
            format!("{}; fault {strike} lasted longer than planned, which may explain it", finding.reason);
        return Finding { verdict: Verdict::Unknown, reason, ..finding };
    }
    if finding.verdict == Verdict::Fail
        && let Some(part) = own_limits::in_path(case.events, case.manifest.load_end)
    {
        let reason = format!(
            "{}; {part}, which is ours, met a limit of its machine, which may explain it",
            finding.reason
        );
        return Finding { verdict: Verdict::Unknown, reason, ..finding };
    }
    if case.manifest.aborted.is_none() || finding.verdict != Verdict::Fail || is_over(case) || is_lost(case) {
        return finding;
    }
    let reason = format!(
        "{} by the time at which the run was ended; the rest of it could have changed that",
        finding.reason
    );
    Finding { verdict: Verdict::Unknown, reason, ..finding }
}

/// A fault that lasted too long and that the window lets in.
fn overlong<'a>(case: &Case<'a>) -> Option<&'a str> {
    let named = |id: &str| match &case.objective.window {
        Window::Run => true,
        Window::Steady => false,
        Window::Fault(window) | Window::Recovery(window) => window == id,
    };
    let mut strikes = case.strikes.iter().filter(|strike| named(&strike.id));
    strikes.find(|strike| case.ends.is_too_long(strike)).map(|strike| strike.id.as_str())
}

/// Whether the window was over before the end: nothing more could have come into it.
fn is_over(case: &Case) -> bool {
    match case.metric() {
        // It took too long already, however long it would have taken.
        Metric::Recovery | Metric::RecoveryAfterHeal => return true,
        _ => {}
    }
    let (Window::Fault(id) | Window::Recovery(id)) = &case.objective.window else { return false };
    let repeats =
        case.plan.faults.iter().any(|fault| fault.id == *id && (fault.every.is_some() || fault.rolling));
    !repeats && case.windows.ends(&case.tally.wanted().aim).is_some_and(|end| end < case.manifest.load_end)
}

/// Whether it would fail even if everything that was still to come had been good.
fn is_lost(case: &Case) -> bool {
    let expect = &case.objective.expect;
    let total = case.tally.total();
    let upper = matches!(expect.comparator, Comparator::Less | Comparator::AtMost);
    let against = match expect.metric {
        Metric::Probe(SampleStat::Min, _) => return !upper,
        Metric::Probe(SampleStat::Max, _) | Metric::Max => return upper,
        Metric::Availability | Metric::ErrorRate => total.operations - total.good,
        Metric::Share(_) => total.operations - total.within,
        Metric::Quantile(_) => {
            let share = case.tally.latencies.share_within(case.bound() as u64).unwrap_or(0.0);
            (total.operations as f64 * (1.0 - share)).round() as u64
        }
        Metric::Dropped => total.dropped,
        _ => return false,
    };
    let all = if expect.metric == Metric::Dropped { total.arrivals } else { total.operations };
    let to_come = case.manifest.arrivals_to_come.and_then(|arrivals| {
        let each = if expect.metric == Metric::Dropped { 1.0 } else { per_arrival(case)? };
        Some(arrivals as f64 * each + case.tally.local.operations as f64)
    });
    match expect.share_that_may_fail() {
        // Not even one was allowed.
        Some(allowed) if allowed <= 1e-12 => against > 0,
        Some(_) => to_come.is_some_and(|to_come| expect.is_lost_for_good(all, against, to_come)),
        None => false,
    }
}

fn per_arrival(case: &Case) -> Option<f64> {
    case.objective.operations_per_arrival(&case.plan.flows, &case.plan.load)
}
