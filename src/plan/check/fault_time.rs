//! When faults strike: each at one kind of time, within the load, without going round in circles.

use super::find::must_exist;
use super::{Findings, load};
use crate::plan::Plan;
use crate::plan::expression::{Expectation, Metric};
use crate::plan::model::FaultSpec;
use crate::plan::nearest::listed;
use std::time::Duration;

pub(super) fn check(plan: &Plan, found: &mut Findings<'_>) {
    for (i, fault) in plan.faults.iter().enumerate() {
        let path = format!("fault[{i}]");
        trigger(plan, fault, &path, found);
        repetition(fault, &path, found);
        if fault.duration.is_some_and(|time| time.0.is_zero()) {
            let help = "write how long it lasts: `for = \"10s\"`";
            found.error(format!("{path}.for"), "a fault that lasts no time at all", help);
        }
        lands(plan, fault, &path, found);
    }
}

/// Exactly one of `at`, `after` and `when`, and it means something.
fn trigger(plan: &Plan, fault: &FaultSpec, path: &str, found: &mut Findings<'_>) {
    let given =
        [("at", fault.at.is_some()), ("after", fault.after.is_some()), ("when", fault.when.is_some())];
    let given: Vec<&str> = given.into_iter().filter_map(|(key, given)| given.then_some(key)).collect();
    match given.as_slice() {
        [] => {
            let help = "add `at = \"15s\"`, `after = \"another-fault\"` or `when = \"throughput > 100/s\"`";
            found.error(path, format!("the fault `{}` never strikes", fault.id), help);
        }
        [_] => {}
        [_, second, ..] => {
            let message =
                format!("the fault `{}` has several times: {}", fault.id, listed(given.iter().copied()));
            found.error(format!("{path}.{second}"), message, "leave one of them");
        }
    }
    if let Some(after) = &fault.after {
        let at = format!("{path}.after");
        if after == &fault.id {
            found.error(at, "a fault cannot follow itself", "name another fault, or use `every` and `times`");
        } else if must_exist(found, &at, "fault", after, plan.faults.iter().map(|other| other.id.as_str())) {
            circle(plan, fault, &at, found);
        }
    }
    if let Some(when) = &fault.when {
        condition(plan, when, &format!("{path}.when"), found);
    }
}

/// `after` of `after` of … that comes back. Told once, at the first fault of the circle.
fn circle(plan: &Plan, fault: &FaultSpec, path: &str, found: &mut Findings<'_>) {
    let mut way = vec![fault.id.as_str()];
    let mut next = fault.after.as_deref();
    while let Some(id) = next {
        if id == fault.id {
            let first = plan.faults.iter().find(|one| way.contains(&one.id.as_str()));
            if first.is_some_and(|first| first.id != fault.id) {
                return;
            }
            way.push(id);
            let message = format!("these faults wait for each other: {}", way.join(" after "));
            return found.error(path, message, "give one of them a time: `at = \"15s\"`");
        }
        if way.contains(&id) {
            return;
        }
        way.push(id);
        next = plan.faults.iter().find(|other| other.id == id).and_then(|other| other.after.as_deref());
    }
}

fn condition(plan: &Plan, when: &str, path: &str, found: &mut Findings<'_>) {
    match when.parse::<Expectation>() {
        Err(error) => {
            let (message, help) =
                error.split_once("; ").unwrap_or((&error, "write it like `throughput > 100/s`"));
            found.error(path, message, help);
        }
        Ok(Expectation { metric: Metric::Recovery | Metric::RecoveryAfterHeal, .. }) => {
            let help =
                "use an indicator that is there all the time: `throughput > 100/s`, `min(stock) < 100`";
            found.error(path, "a recovery is known only when all is over", help);
        }
        Ok(Expectation { metric: Metric::Probe(_, name), .. }) => {
            must_exist(found, path, "probe", &name, plan.probes.iter().map(|probe| probe.name.as_str()));
        }
        Ok(_) => {}
    }
}

fn repetition(fault: &FaultSpec, path: &str, found: &mut Findings<'_>) {
    match (fault.every, fault.times) {
        (None, Some(times)) if times != 1 => {
            let help = "add `every = \"10s\"`: the distance from strike to strike";
            found.error(format!("{path}.times"), format!("{times} times, but how far apart?"), help);
        }
        (Some(_), Some(0)) => found.error(format!("{path}.times"), "0 times is never", "write 1 or more"),
        _ => {}
    }
    if fault.rolling && fault.every.is_none() {
        let help = "add `every = \"10s\"`: the distance from one instance to the next";
        found.error(format!("{path}.rolling"), "one instance after the other, but how far apart?", help);
    }
    let Some(every) = fault.every else { return };
    let lasting = fault.lasts();
    match fault.duration {
        None if lasting => {
            let help = "add `for`: how long it lasts each time";
            found.error(format!("{path}.every"), "a fault without an end cannot strike again", help);
        }
        Some(lasts) if every <= lasts => {
            let message = format!("it would strike again (every {every}) before it is healed (for {lasts})");
            found.error(format!("{path}.every"), message, "make `every` longer than `for`");
        }
        None if every.0.is_zero() => {
            found.error(
                format!("{path}.every"),
                "again at once, for ever",
                "write a distance: `every = \"10s\"`",
            );
        }
        _ => {}
    }
}

/// Strikes within the load, and leaves room to see what comes of it.
fn lands(plan: &Plan, fault: &FaultSpec, path: &str, found: &mut Findings<'_>) {
    let Some(length) = load::length(&plan.load) else { return };
    let strike = strike(plan, fault, length, 0);
    let key = if fault.after.is_some() { "after" } else { "at" };
    match strike {
        Strike::At(at) if at >= length => {
            let message = format!("`{}` strikes at {at:?}, after the end of the load ({length:?})", fault.id);
            found.error(format!("{path}.{key}"), message, "make it earlier, or the load longer");
        }
        Strike::Never => {
            let id = fault.after.as_deref().unwrap_or_default();
            let message =
                format!("`{}` strikes when `{id}` is healed, and that is at the end of the load", fault.id);
            found.error(format!("{path}.after"), message, format!("add `for` to `{id}`: how long it lasts"));
        }
        Strike::At(at) => {
            let end = fault.duration.map(|lasts| at + lasts.0).filter(|end| *end > length);
            if let Some(end) = end {
                let message = format!(
                    "`{}` would last until {end:?}; the load ends at {length:?} and heals it",
                    fault.id
                );
                found.warning(format!("{path}.for"), message, "make the load longer, to see the recovery");
            }
        }
        Strike::Unknown => {}
    }
}

/// When a fault first strikes, from the start of the load.
enum Strike {
    At(Duration),
    /// After one that is not healed before the end.
    Never,
    /// It depends on a condition, or the plan is wrong elsewhere.
    Unknown,
}

fn strike(plan: &Plan, fault: &FaultSpec, length: Duration, depth: usize) -> Strike {
    if let Some(at) = fault.at {
        return Strike::At(at.0);
    }
    let before = fault.after.as_ref().and_then(|id| plan.faults.iter().find(|other| other.id == *id));
    // Deeper than there are faults: a circle, told elsewhere.
    let Some(before) = before.filter(|_| depth < plan.faults.len()) else { return Strike::Unknown };
    match (strike(plan, before, length, depth + 1), before.duration) {
        // One that comes too late is told at its own place.
        (Strike::At(at), _) if at >= length => Strike::Unknown,
        (Strike::At(at), Some(lasts)) => Strike::At(at + lasts.0),
        (Strike::At(at), None) if !before.lasts() => Strike::At(at),
        (Strike::At(_), None) => Strike::Never,
        // So is one that never strikes.
        (Strike::Never | Strike::Unknown, _) => Strike::Unknown,
    }
}
