//! Indicators: measurable where they are asked for, with a bound that can be met and missed.

use super::Findings;
use super::find::must_exist;
use crate::plan::Plan;
use crate::plan::expression::{Comparator, Expectation, Metric, Unit, Window};
use crate::plan::model::Objective;

pub(super) fn check(plan: &Plan, objective: &Objective, path: &str, found: &mut Findings<'_>) {
    let metric = &objective.expect.metric;
    bound(&objective.expect, &format!("{path}.expect"), found);
    let recovery = matches!(metric, Metric::Recovery | Metric::RecoveryAfterHeal);
    if recovery && !matches!(objective.window, Window::Fault(_)) {
        let example = plan.faults.first().map_or("node-dies", |fault| &fault.id);
        let help = format!("add `window = \"fault({example})\"`");
        found.error(format!("{path}.expect"), format!("`{metric}` does not say from which fault"), help);
    }
    if let Metric::Probe(_, name) = metric {
        let probes = plan.probes.iter().map(|probe| probe.name.as_str());
        must_exist(found, format!("{path}.expect"), "probe", name, probes);
        for key in ["flow", "step"] {
            if found.written(&format!("{path}.{key}")) {
                let help = format!("take `{key}` out: a probe watches the deployment as a whole");
                found.error(format!("{path}.{key}"), format!("a probe knows no {key}"), help);
            }
        }
    }
    for key in ["indicator", "hold"] {
        if found.written(&format!("{path}.{key}")) && !recovery {
            let help = format!("take `{key}` out, or write `expect = \"recovery <= 3s\"`");
            found.error(format!("{path}.{key}"), format!("`{key}` says something of a recovery only"), help);
        }
    }
    if let Some(indicator) = &objective.indicator {
        let at = format!("{path}.indicator");
        bound(indicator, &at, found);
        let metric = &indicator.metric;
        let fits = !matches!(metric, Metric::Recovery | Metric::RecoveryAfterHeal | Metric::Probe(..));
        if !fits {
            let help = "use one of the requests: `availability >= 99%`, `p99 < 300ms`, `throughput > 100/s`";
            found.error(at, format!("`{metric}` cannot tell whether a time of 100 ms was good"), help);
        }
    }
}

/// A bound that can never be met, or never be missed, is a slip. Probes may have any value.
fn bound(expectation: &Expectation, path: &str, found: &mut Findings<'_>) {
    use Comparator::{AtLeast, AtMost, Equal, Less, More};
    if matches!(expectation.metric, Metric::Probe(..)) {
        return;
    }
    let value = expectation.bound.value;
    let whole = expectation.bound.unit == Unit::Share && value >= 1.0;
    let nothing = value <= 0.0;
    match expectation.comparator {
        More if whole => found.error(path, format!("`{expectation}` can never hold"), "write `>=`"),
        Less if nothing => {
            found.error(path, format!("`{expectation}` can never hold"), "write `<=`, or a bound above 0")
        }
        AtLeast if nothing => {
            found.error(path, format!("`{expectation}` always holds"), "write a bound above 0, or `>`");
        }
        AtMost if whole => {
            found.error(path, format!("`{expectation}` always holds"), "write a bound below 100%, or `<`")
        }
        Equal if expectation.metric.is_latency() || matches!(expectation.bound.unit, Unit::Time) => {
            let help = "write `<=`";
            found.error(path, format!("`{expectation}`: no measured time is exactly that"), help);
        }
        AtLeast | AtMost | Less | More | Equal => {}
    }
}
