//! Names and ids: there, readable, and not twice.

use super::{Findings, Subject};
use std::collections::BTreeMap;

pub(super) fn check(subject: &Subject<'_>, found: &mut Findings<'_>) {
    let plan = subject.plan;
    if plan.name.trim().is_empty() {
        found.error(
            "name",
            "the plan's name is empty",
            "say what the experiment is: `name = \"A node dies\"`",
        );
    }
    fn names<T>(list: &[T], name: impl Fn(&T) -> &str) -> Vec<String> {
        list.iter().map(|one| name(one).to_owned()).collect()
    }
    unique("stack.service", "name", "service", names(&plan.stack.services, |s| &s.name), found);
    unique("stack.link", "name", "link", names(&plan.stack.links, |l| &l.name), found);
    unique("probe", "name", "probe", names(&plan.probes, |p| &p.name), found);
    unique("feeder", "name", "feeder", names(&plan.feeders, |f| &f.name), found);
    unique("flow", "name", "flow", names(&plan.flows, |f| &f.name), found);
    unique("fault", "id", "fault", names(&plan.faults, |f| &f.id), found);
    unique("final", "name", "final read", names(&plan.finals, |f| &f.name), found);
    unique("invariant", "id", "invariant", names(&plan.invariants, |i| &i.id), found);
    for (scope, steps) in super::step_lists(plan) {
        unique(&format!("{scope}.step"), "name", "step", names(steps, |s| &s.name), found);
    }
    judged(subject, found);
}

/// The names of one kind of section: each must be usable, and stand once.
fn unique(list: &str, key: &str, what: &str, names: Vec<String>, found: &mut Findings<'_>) {
    let mut first: BTreeMap<&str, usize> = BTreeMap::new();
    for (number, name) in names.iter().enumerate() {
        let path = format!("{list}[{number}].{key}");
        if let Some(trouble) = trouble(what, name) {
            found.error(
                &path,
                format!("`{name}` cannot be the {key} of a {what}: {trouble}"),
                "choose another",
            );
        }
        match first.get(name.as_str()) {
            Some(before) => {
                let before = found.origin(&format!("{list}[{before}].{key}")).to_string();
                found.error(
                    &path,
                    format!("two {what}s are called `{name}`"),
                    format!("the first is at {before}; call this one otherwise"),
                );
            }
            None => {
                first.insert(name, number);
            }
        }
    }
}

/// What is wrong with a name, if anything is.
fn trouble(what: &str, name: &str) -> Option<&'static str> {
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    match what {
        _ if name.trim().is_empty() => Some("it is empty"),
        _ if name.trim() != name || name.contains(char::is_control) => {
            Some("it has blanks around it, or control characters")
        }
        "service" if matches!(name, "link" | "run" | "env") => Some("`${…}` gives this word another meaning"),
        "service" | "link" | "feeder" | "final read" if !name.chars().all(word) => {
            Some("it is made of letters, digits, `-` and `_`")
        }
        "step" | "flow" if name.contains('/') => Some("a slash stands between flow and step: `flow/step`"),
        "fault" | "probe" if name.contains(['(', ')']) => Some("parentheses stand around it: `fault(id)`"),
        _ => None,
    }
}

/// Objectives and invariants are named together, by counter-runs and reports.
fn judged(subject: &Subject<'_>, found: &mut Findings<'_>) {
    let mut first: BTreeMap<String, String> = BTreeMap::new();
    let objectives =
        subject.plan.objectives.iter().enumerate().map(|(i, one)| (one.name(), format!("objective[{i}]")));
    let invariants = subject.plan.invariants.iter().enumerate();
    let all: Vec<_> =
        objectives.chain(invariants.map(|(i, one)| (one.id.clone(), format!("invariant[{i}]")))).collect();
    for (name, path) in all {
        match first.get(&name) {
            // Two invariants have been told as such.
            Some(before) if before.starts_with("invariant") => {}
            Some(before) => {
                let before = found.origin(before).to_string();
                let help = format!("the first is at {before}; give this one an `id` of its own");
                found.error(&path, format!("`{name}` is judged twice"), help);
            }
            None => {
                first.insert(name, path);
            }
        }
    }
}
