//! From a file to a plan that can be carried out.

use super::check::check;
use super::document::{Folded, Node, Sources, apply, collect, fold_file, fold_text, key, shape, write};
use super::{Diagnostic, Diagnostics, Override, Plan, Severity};
use std::path::{Path, PathBuf};

/// A plan that was read and checked.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The plan.
    pub plan: Plan,
    /// The file, as it was given.
    pub file: String,
    /// Where the plan's relative paths start.
    pub directory: PathBuf,
    /// The whole plan as TOML, includes folded in and overrides applied; reads back to an equal plan.
    pub text: String,
    /// Where every value came from.
    pub sources: Sources,
    /// What is probably not meant, but can be carried out.
    pub warnings: Vec<Diagnostic>,
}

/// Reads a plan file and what it includes, applies the overrides, and checks everything that can be checked without
/// carrying it out. The error tells all that is wrong at once.
pub fn load(file: &Path, overrides: &[Override]) -> Result<Loaded, Diagnostics> {
    let directory = file.parent().unwrap_or(Path::new("")).to_owned();
    finish(file.display().to_string(), directory, fold_file(file), overrides)
}

/// The same from a text; `name` stands for the file in messages, relative paths start at `directory`.
pub fn load_text(
    name: &str,
    text: &str,
    directory: &Path,
    overrides: &[Override],
) -> Result<Loaded, Diagnostics> {
    finish(name.to_owned(), directory.to_owned(), fold_text(name, text, directory), overrides)
}

/// Reads a plan's text that was checked when its run began, as it stands in a manifest: nothing is included, no other
/// file is looked at, nothing is checked but its form.
pub fn parse(name: &str, text: &str) -> Result<Plan, Diagnostics> {
    let folded = fold_text(name, text, Path::new(""));
    let mut problems = folded.problems;
    let plan = folded.node.and_then(|mut node| {
        shape(&mut node, &mut problems);
        collect(&node, &mut problems)
    });
    plan.filter(|_| problems.is_empty()).ok_or_else(|| Diagnostics::sorted(problems))
}

fn finish(
    file: String,
    directory: PathBuf,
    folded: Folded,
    overrides: &[Override],
) -> Result<Loaded, Diagnostics> {
    let Folded { node, text, included, mut problems } = folded;
    let Some(mut node) = node else { return Err(Diagnostics::sorted(problems)) };
    problems.extend(overrides.iter().filter_map(|change| apply(&mut node, change).err()));
    shape(&mut node, &mut problems);
    let read = collect(&node, &mut problems);
    // What does not read right is not looked into: more would follow from it than is wrong.
    let Some(plan) = read.filter(|_| problems.is_empty()) else { return Err(Diagnostics::sorted(problems)) };
    let sources = Sources::of(&node);
    problems.extend(check(&plan, &sources, &directory));
    if problems.iter().all(|problem| problem.severity == Severity::Warning) {
        problems.extend(counters(&plan, &node, &sources, &directory));
    }
    let all = Diagnostics::sorted(problems);
    if all.has_errors() {
        return Err(all);
    }
    let text = if included || !overrides.is_empty() { write(&node) } else { text };
    Ok(Loaded { plan, file, directory, text, sources, warnings: all.0 })
}

/// Every `[counter]` of a sound plan is tried: its changes must fit the plan, and what they make of it must be a plan.
fn counters(plan: &Plan, node: &Node, sources: &Sources, directory: &Path) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for (number, counter) in plan.counters.iter().enumerate() {
        let mut changed = node.clone();
        changed.take("counter");
        for change in counter.overrides() {
            let origin = sources.origin(&format!("counter[{number}].set.{}", key(&change.path))).clone();
            if let Err(problem) = apply(&mut changed, &change) {
                problems.push(Diagnostic { origin, ..problem });
            }
        }
        let mut wrong = Vec::new();
        shape(&mut changed, &mut wrong);
        if let Some(changed_plan) = collect(&changed, &mut wrong).filter(|_| wrong.is_empty()) {
            wrong.extend(check(&changed_plan, &Sources::of(&changed), directory));
        }
        wrong.retain(|problem| problem.severity == Severity::Error);
        let origin = sources.origin(&format!("counter[{number}].set"));
        problems.extend(wrong.into_iter().map(|problem| {
            let message =
                format!("with these changes the plan is wrong, at {}: {}", problem.origin, problem.message);
            Diagnostic { origin: origin.clone(), message, ..problem }
        }));
    }
    problems
}
