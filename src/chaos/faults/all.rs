//! One action on all targets at once.

use crate::chaos::NotApplied;
use crate::event::Unit;
use crate::stack::{Instance, Stack, StackError};
use std::sync::Arc;
use tokio::task::JoinSet;

/// Does it to every target in parallel; the error names each that failed.
pub(super) async fn all<A, F>(stack: &Arc<dyn Stack>, targets: &[Instance], act: A) -> Result<(), String>
where
    A: Fn(Arc<dyn Stack>, Instance) -> F,
    F: Future<Output = Result<(), StackError>> + Send + 'static,
{
    let mut acting = JoinSet::new();
    for target in targets {
        acting.spawn(act(Arc::clone(stack), target.clone()));
    }
    let mut failed = Vec::new();
    while let Some(done) = acting.join_next().await {
        match done {
            Ok(Ok(())) => {}
            Ok(Err(error)) => failed.push(error.to_string()),
            Err(error) => failed.push(error.to_string()),
        }
    }
    failed.sort();
    if failed.is_empty() { Ok(()) } else { Err(failed.join("; ")) }
}

/// Every target must run for a fault to land on it.
pub(super) fn all_run(targets: &[Instance]) -> Result<(), NotApplied> {
    let idle: Vec<&str> =
        targets.iter().filter(|target| !target.alive).map(|target| target.name.as_str()).collect();
    let why = match idle.as_slice() {
        [] => return Ok(()),
        [one] => format!("{one} does not run: another fault has it, or it ended by itself"),
        many => {
            format!("{} do not run: other faults have them, or they ended by themselves", many.join(", "))
        }
    };
    Err(NotApplied::nothing(why, unit(targets), targets, 1))
}

/// What these targets are.
pub(super) fn unit(targets: &[Instance]) -> Unit {
    if targets.iter().any(|target| target.container.is_some()) { Unit::Containers } else { Unit::Processes }
}

/// Whether both are the same process, or the same container since the same start.
pub(super) fn same_life(then: &Instance, now: &Instance) -> bool {
    let container = |instance: &Instance| {
        instance.container.as_ref().map(|container| (container.id.clone(), container.started_at.clone()))
    };
    then.pid == now.pid && container(then) == container(now)
}

/// Starts every target that does not run.
pub(super) async fn start(stack: &Arc<dyn Stack>, targets: &[Instance]) -> Result<(), String> {
    all(stack, targets, |stack, target| async move { stack.start(&target.name).await }).await
}

/// The same targets as they are now.
pub(super) fn now(stack: &Arc<dyn Stack>, targets: &[Instance]) -> Vec<Instance> {
    let present = stack.instances();
    let known = |target: &Instance| present.iter().find(|instance| instance.name == target.name).cloned();
    targets.iter().filter_map(known).collect()
}

/// What went wrong, and what undoing it came to.
pub(super) fn undone(failed: String, undo: Result<(), String>) -> String {
    match undo {
        Ok(()) => failed,
        Err(error) => format!("{failed}; and what was done could not be undone: {error}"),
    }
}
