//! Counters: changes, and objectives or invariants that must fail by them.

use super::{Findings, Subject};
use crate::plan::nearest::instead;
use std::collections::BTreeSet;

/// Every loop is bounded.
const MOST_TRIES: u32 = 100;

pub(super) fn check(subject: &Subject<'_>, found: &mut Findings<'_>) {
    let plan = subject.plan;
    let mut judged: Vec<String> = plan.objectives.iter().map(|objective| objective.name()).collect();
    judged.extend(plan.invariants.iter().map(|invariant| invariant.id.clone()));
    let mut names = BTreeSet::new();
    for (i, counter) in plan.counters.iter().enumerate() {
        let path = format!("counter[{i}]");
        match &counter.name {
            None if plan.counters.0.len() > 1 => {
                let help = "add `name`: `run --counter NAME` chooses by it";
                found.error(&path, "one of several counters without a name", help);
            }
            Some(name) if !names.insert(name) => {
                found.error(
                    format!("{path}.name"),
                    format!("there are two counters `{name}`"),
                    "name this one otherwise",
                );
            }
            _ => {}
        }
        if counter.set.is_empty() {
            let help = "add `set = { \"stack.service.node.env.MODE\" = \"broken\" }`";
            found.error(format!("{path}.set"), "a counter that changes nothing", help);
        }
        if counter.tries == 0 || counter.tries > MOST_TRIES {
            let message = format!("{} tries", counter.tries);
            found.error(format!("{path}.tries"), message, format!("a number from 1 to {MOST_TRIES}"));
        }
        if counter.fails.is_empty() {
            let help = "name the objectives or invariants that must fail";
            found.error(format!("{path}.fails"), "a counter by which nothing must fail", help);
        }
        for (key, ids) in [("fails", &counter.fails), ("may_fail", &counter.may_fail)] {
            for (j, id) in ids.iter().enumerate() {
                if !judged.contains(id) {
                    let known = judged.iter().map(String::as_str);
                    let help = instead(id, "ids and expressions", known);
                    let message = format!("there is no objective or invariant `{id}`");
                    found.error(format!("{path}.{key}[{j}]"), message, help);
                }
            }
        }
        if let Some(both) = counter.fails.iter().find(|id| counter.may_fail.contains(id)) {
            let message = format!("`{both}` must fail and may fail");
            found.error(format!("{path}.may_fail"), message, "leave it in one of the lists");
        }
    }
}
