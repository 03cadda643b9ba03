//! What a plan must fulfil beyond its form: names that name something, times that come to pass, rates that are possible.
//!
//! One file per subject, each with a `check` that adds what it finds.

mod contracts;
mod counters;
mod fault_network;
mod fault_target;
mod fault_time;
mod faults;
mod feeders;
mod finals;
mod find;
mod invariants;
mod links;
mod load;
mod names;
mod objective_metric;
mod objectives;
mod patterns;
mod probes;
mod references;
mod scope;
mod stack;
mod stages;
mod steps;
mod target;
mod templates;

use super::document::Sources;
use super::{Diagnostic, Origin, Plan, Severity};
use std::path::Path;

/// Everything that is wrong with a plan of the right form, and what is probably not meant.
pub(crate) fn check(plan: &Plan, sources: &Sources, directory: &Path) -> Vec<Diagnostic> {
    let mut found = Findings { sources, list: Vec::new() };
    let subject = Subject { plan, directory };
    names::check(&subject, &mut found);
    target::check(&subject, &mut found);
    stack::check(&subject, &mut found);
    load::check(&subject, &mut found);
    steps::check(&subject, &mut found);
    probes::check(&subject, &mut found);
    faults::check(&subject, &mut found);
    contracts::check(&subject, &mut found);
    objectives::check(&subject, &mut found);
    finals::check(&subject, &mut found);
    invariants::check(&subject, &mut found);
    counters::check(&subject, &mut found);
    let columns = feeders::check(&subject, &mut found);
    references::check(&subject, &columns, &mut found);
    found.list
}

/// What is checked.
struct Subject<'a> {
    plan: &'a Plan,
    directory: &'a Path,
}

/// What was found.
struct Findings<'a> {
    sources: &'a Sources,
    list: Vec<Diagnostic>,
}

impl Findings<'_> {
    /// The plan cannot be used.
    fn error(&mut self, path: impl AsRef<str>, message: impl Into<String>, help: impl Into<String>) {
        let origin = self.sources.origin(path.as_ref()).clone();
        self.list.push(Diagnostic::error(origin, message, help));
    }

    /// It can, but is probably not what was meant.
    fn warning(&mut self, path: impl AsRef<str>, message: impl Into<String>, help: impl Into<String>) {
        self.error(path, message, help);
        if let Some(last) = self.list.last_mut() {
            last.severity = Severity::Warning;
        }
    }

    /// Where the value at this path came from.
    fn origin(&self, path: &str) -> &Origin {
        self.sources.origin(path)
    }

    /// Whether the plan itself says it, or it is a default.
    fn written(&self, path: &str) -> bool {
        self.sources.contains(path)
    }
}

/// Every list of steps of a plan, with the path of the section that has it: `flow[0]`, `setup`, `teardown`.
fn step_lists(plan: &Plan) -> impl Iterator<Item = (String, &[super::model::Step])> {
    let flows = plan.flows.iter().enumerate().map(|(i, flow)| (format!("flow[{i}]"), flow.steps.as_slice()));
    let outside = [("setup", &plan.setup), ("teardown", &plan.teardown)];
    flows.chain(outside.into_iter().map(|(name, steps)| (name.to_owned(), steps.steps.as_slice())))
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_network;
