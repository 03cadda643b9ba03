//! `pause`: the process is frozen (SIGSTOP), and resumed at the end.

use super::all::{self, all_run};
use super::container;
use crate::chaos::{Context, Escape, Fault, FaultGuard, Heal};
use crate::stack::docker::Remedy;
use crate::stack::docker::remedy::Unpause;
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

    async fn prepare(&self, context: &Context) -> Result<Vec<Heal>, String> {
        if context.stack.containers().is_none() {
            return Ok(self.heals(&context.targets));
        }
        Ok(container::heals(context, |container| {
            Remedy::Unpause(Unpause { id: container.id.clone(), name: container.name.clone() })
        }))
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
        if !same_life(target, present) {
            return Some("it was started anew while it was paused".into());
        }
        let moves = match &present.container {
            Some(container) => !container.paused,
            None => present.pid.is_some_and(|pid| !os::is_frozen(pid)),
        };
        moves.then(|| "somebody resumed it".into())
    }
}

/// Whether both are the same process, or the same container since the same start.
fn same_life(then: &Instance, now: &Instance) -> bool {
    let container = |instance: &Instance| {
        instance.container.as_ref().map(|container| (container.id.clone(), container.started_at.clone()))
    };
    then.pid == now.pid && container(then) == container(now)
}

#[async_trait]
impl FaultGuard for Frozen {
    async fn heal(&self) -> Result<(), String> {
        let present = all::now(&self.stack, &self.targets);
        // A new process in the place of the frozen one is not ours to wake, and needs no waking.
        let frozen: Vec<Instance> = present
            .into_iter()
            .filter(|now| {
                now.alive && self.targets.iter().any(|then| then.name == now.name && same_life(then, now))
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
