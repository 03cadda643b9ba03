//! `recovery` and `recovery_after_heal`: when users were served again.

use super::{Case, Finding};
use crate::plan::expression::{Metric, Window};
use crate::verify::assessment::{Interval, Verdict};
use crate::verify::recovery::Found;

/// Every strike that the window names must have been recovered from within the bound; the worst of them decides.
pub fn measure(case: &Case) -> Finding {
    if case.recoveries.is_empty() {
        return Finding::unknown(match &case.objective.window {
            Window::Fault(id) | Window::Recovery(id) => format!("fault {id} was never applied"),
            _ => "no fault was applied: there was nothing to recover from".to_owned(),
        });
    }
    case.recoveries
        .iter()
        .map(|(strike, found)| {
            let mut finding = match found {
                Some(found) => one(case, found),
                None => Finding::unknown(missing(case, *strike)),
            };
            if case.recoveries.len() > 1 {
                let strike = &case.strikes[*strike];
                finding.reason = format!("{} #{}: {}", strike.id, strike.occurrence, finding.reason);
            }
            finding
        })
        .max_by(|one, other| {
            let end = |finding: &Finding| finding.actual.unwrap_or(f64::INFINITY);
            one.verdict.cmp(&other.verdict).then(end(one).total_cmp(&end(other)))
        })
        .map(|worst| Finding { samples: case.recoveries.len() as u64, ..worst })
        .unwrap_or_else(|| Finding::unknown("there was nothing to recover from"))
}

fn missing(case: &Case, strike: usize) -> String {
    let strike = &case.strikes[strike];
    match (case.metric(), strike.applied) {
        (_, None) => format!("fault {} was never applied", strike.id),
        (Metric::RecoveryAfterHeal, _) => format!("fault {} was never healed", strike.id),
        _ => "the indicator says nothing of a tenth of a second".to_owned(),
    }
}

fn one(case: &Case, found: &Found) -> Finding {
    let nanos = |seconds: f64| seconds * 1e9;
    let early = case.verdict_of(nanos(found.low));
    let late = case.verdict_of(found.high.map_or(f64::INFINITY, nanos));
    let low = case.show(nanos(found.low));
    let (text, mut reason) = match found.high {
        None => (
            format!(">{low}"),
            format!("users were not seen to be served again before the end: at the earliest after {low}"),
        ),
        Some(0.0) => (low.clone(), "users were served all the while".to_owned()),
        Some(high) => {
            let high = case.show(nanos(high));
            (format!("{low}..{high}"), format!("users were served again between {low} and {high}"))
        }
    };
    if early != late && found.high.is_some() {
        reason.push_str(": the bound lies between them");
    }
    if let Some(relapse) = found.relapse {
        reason.push_str(&format!(", and again not at {relapse:.1} s"));
    }
    Finding {
        verdict: if early == late { early } else { Verdict::Unknown },
        reason,
        actual: found.high.map(nanos),
        text: Some(text),
        interval: Some(Interval { low: Some(nanos(found.low)), high: found.high.map(nanos) }),
        ..Finding::unknown("")
    }
}
