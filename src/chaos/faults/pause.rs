//! `pause`: the process is frozen (SIGSTOP), and resumed at the end.

use super::all::{self, all_run};
use crate::chaos::{Context, Escape, Fault, FaultGuard, Heal};
use crate::stack::{Instance, Stack, os};
use async_trait::async_trait;
use std::sync::Arc;

/// A freeze.
pub(super) struct Pause;

#[async_trait]
impl Fault for Pause {
    fn kind(&self) -> &'static str {
        "pause"
    }

    fn heals(&self, targets: &[Instance]) -> Vec<Heal> {
        let resume = |pid| os::start_time(pid).map(|start_time| Heal::Resume { pid, start_time });
        targets.iter().filter_map(|target| target.pid).filter_map(resume).collect()
    }

    async fn apply(&self, context: &Context) -> Result<Box<dyn FaultGuard>, String> {
        all_run(&context.targets)?;
        let guard = Frozen { stack: Arc::clone(&context.stack), targets: context.targets.clone() };
        let paused = all::all(&context.stack, &context.targets, |stack, target| async move {
            stack.pause(&target.name).await
        });
        if let Err(failed) = paused.await {
            return Err(all::undone(failed, guard.heal().await));
        }
        Ok(Box::new(guard))
    }
}

/// Targets that stand still, as they were when they were frozen.
struct Frozen {
    stack: Arc<dyn Stack>,
    targets: Vec<Instance>,
}

impl Frozen {
    /// Why this target is not frozen any more.
    fn escape(&self, target: &Instance, present: &Instance) -> Option<String> {
        if !present.alive {
            return Some("it ended while it was paused".into());
        }
        if present.pid != target.pid {
            return Some("it was started anew while it was paused".into());
        }
        let moves = present.pid.is_some_and(|pid| !os::is_frozen(pid));
        moves.then(|| "somebody resumed it".into())
    }
}

#[async_trait]
impl FaultGuard for Frozen {
    async fn heal(&self) -> Result<(), String> {
        let present = all::now(&self.stack, &self.targets);
        // A new process in the place of the frozen one is not ours to wake, and needs no waking.
        let frozen: Vec<Instance> = present
            .into_iter()
            .filter(|now| {
                now.alive && self.targets.iter().any(|then| then.name == now.name && then.pid == now.pid)
            })
            .collect();
        all::all(&self.stack, &frozen, |stack, target| async move { stack.resume(&target.name).await }).await
    }

    async fn escaped(&self) -> Vec<Escape> {
        let present = all::now(&self.stack, &self.targets);
        let pairs = self.targets.iter().filter_map(|then| {
            let now = present.iter().find(|now| now.name == then.name)?;
            Some((then, now))
        });
        pairs
            .filter_map(|(then, now)| {
                self.escape(then, now).map(|why| Escape { target: then.name.clone(), why })
            })
            .collect()
    }
}
