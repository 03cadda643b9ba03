//! Invariants: checkers that exist, and what they look at.

use super::find::must_exist;
use super::objectives::find_step;
use super::{Findings, Subject, step_lists};
use crate::plan::model::Invariant;
use crate::plan::nearest::instead;

/// Every checker that a plan may name.
const CHECKERS: [&str; 19] = [
    "acknowledged-not-lost",
    "no-phantom",
    "exactly-once",
    "idempotent-replay",
    "read-your-writes",
    "monotonic-reads",
    "staleness",
    "saga-atomic",
    "conservation",
    "never-negative",
    "fan-out",
    "queue",
    "rate-limit",
    "balance",
    "one-writer",
    "failover-complete",
    "linearizable",
    "set",
    "unique-ids",
];

pub(super) fn check(subject: &Subject<'_>, found: &mut Findings<'_>) {
    let plan = subject.plan;
    let steps = || step_lists(plan).flat_map(|(_, steps)| steps);
    let effects: Vec<&str> = steps().filter_map(|step| Some(step.effect.as_ref()?.kind.as_str())).collect();
    let reads: Vec<&str> = steps().filter_map(|step| Some(step.read.as_ref()?.kind.as_str())).collect();
    for (i, invariant) in plan.invariants.iter().enumerate() {
        let path = format!("invariant[{i}]");
        let Invariant { check, effect, read, state, probe, parked, queued, step, .. } = invariant;
        if must_exist(found, format!("{path}.check"), "checker", check, CHECKERS) {
            needs(invariant, &path, found);
        }
        let finals = plan.finals.iter().map(|read| read.name.as_str());
        for (key, names) in [("state", state), ("parked", parked), ("queued", queued)] {
            for name in names.iter() {
                must_exist(found, format!("{path}.{key}"), "final read", name, finals.clone());
            }
        }
        if let Some(step) = step {
            find_step(plan, None, step, &format!("{path}.step"), found);
        }
        kind(effect.as_deref(), "effect", &effects, &format!("{path}.effect"), found);
        kind(read.as_deref(), "read", &reads, &format!("{path}.read"), found);
        if let Some(name) = probe {
            let probes = plan.probes.iter().map(|probe| probe.name.as_str());
            must_exist(found, format!("{path}.probe"), "probe", name, probes);
        }
    }
}

/// What a checker cannot do without.
fn needs(invariant: &Invariant, path: &str, found: &mut Findings<'_>) {
    let Invariant { state, probe, bound, rate, burst, confirmed, cancelled, effect, .. } = invariant;
    let state_help = "add `state`: the name of a `[[final]]` that reads it after the load";
    let missing = match invariant.check.as_str() {
        "acknowledged-not-lost"
        | "no-phantom"
        | "exactly-once"
        | "saga-atomic"
        | "fan-out"
        | "queue"
        | "set"
            if state.is_empty() =>
        {
            Some(("a final state to look at", state_help))
        }
        "fan-out" if state.iter().count() < 2 => Some((
            "the effects to hold against what was committed",
            "name a second final read in `state`: what the consumers did",
        )),
        "conservation" | "never-negative" if state.is_empty() && probe.is_none() => {
            Some(("anything to look at", "add `state`, the name of a `[[final]]`, or `probe`"))
        }
        "conservation" if probe.is_some() && effect.is_none() => Some((
            "what takes from what the probe shows",
            "add `effect`: the kind of an effect whose value is the amount",
        )),
        "staleness" if bound.is_none() => Some(("a bound", "add `bound = \"1s\"`: how old a read may be")),
        "rate-limit" if rate.is_none() || burst.is_none() => {
            Some(("the limit", "add `rate = \"10/s\"` and `burst = 20`"))
        }
        "saga-atomic" if confirmed.is_empty() || cancelled.is_empty() => Some((
            "the states in which a saga ends",
            "add `confirmed = [\"confirmed\"]` and `cancelled = [\"cancelled\"]`",
        )),
        _ => None,
    };
    if let Some((what, help)) = missing {
        found.error(path, format!("the invariant `{}` lacks {what}", invariant.id), help);
    }
}

fn kind(name: Option<&str>, what: &str, known: &[&str], path: &str, found: &mut Findings<'_>) {
    let Some(name) = name else { return };
    if known.contains(&name) {
        return;
    }
    let help = match known {
        [] => format!("add it to the step: `{what} = {{ kind = \"{name}\", key = \"${{…}}\" }}`"),
        _ => instead(name, "kinds", known.iter().copied()),
    };
    found.error(path, format!("no step has `{what}` of the kind `{name}`"), help);
}
