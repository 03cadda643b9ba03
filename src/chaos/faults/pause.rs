//! `pause`: the process is frozen (SIGSTOP), and resumed at the end.

use super::all::{self, all_run, same_life};
use super::container;
use crate::chaos::{Context, Escape, Fault, FaultGuard, Heal, NotApplied};
use crate::event::{Struck, TargetStruck};
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
        let ours = targets.iter().filter(|target| !stands_still(target));
        ours.filter_map(|target| target.pid).filter_map(resume).collect()
    }

    async fn prepare(&self, context: &Context) -> Result<Vec<Heal>, NotApplied> {
        if context.stack.containers().is_none() {
            return Ok(self.heals(&context.targets));
        }
        let ours = context.targets.iter().filter(|target| !stands_still(target)).cloned().collect();
        Ok(container::heals(&Context { targets: ours, ..context.clone() }, |container| {
            Remedy::Unpause(Unpause { id: container.id.clone(), name: container.name.clone() })
        }))
    }

    async fn apply(&self, context: &Context) -> Result<Box<dyn FaultGuard>, NotApplied> {
        all_run(&context.targets)?;
        // One that stands still already is not of this fault: it feels nothing, and is left as it is.
        let ours: Vec<Instance> =
            context.targets.iter().filter(|target| !stands_still(target)).cloned().collect();
        let mut guard = Frozen {
            stack: Arc::clone(&context.stack),
            targets: ours.clone(),
            struck: Struck { unit: all::unit(&context.targets), targets: Vec::new() },
        };
        let paused =
            all::all(&context.stack, &ours, |stack, target| async move { stack.pause(&target.name).await });
        if let Err(failed) = paused.await {
            return Err(all::undone(failed, guard.heal().await).into());
        }
        let now = all::now(&context.stack, &ours);
        guard.struck.targets = context.targets.iter().map(|target| struck(target, &ours, &now)).collect();
        Ok(Box::new(guard))
    }
}

/// Whether nothing of it runs on.
fn stands_still(target: &Instance) -> bool {
    match &target.container {
        Some(container) => container.paused,
        None => target.pid.is_some_and(os::is_frozen),
    }
}

/// Struck is what ran before and stands still now.
fn struck(target: &Instance, ours: &[Instance], now: &[Instance]) -> TargetStruck {
    if !ours.iter().any(|one| one.name == target.name) {
        return TargetStruck::counted(&target.name, 0, 1).said("it stood still already");
    }
    let still = now.iter().any(|now| now.name == target.name && stands_still(now));
    TargetStruck::counted(&target.name, u64::from(still), 1)
}

/// Targets that stand still, as they were when they were frozen.
struct Frozen {
    stack: Arc<dyn Stack>,
    targets: Vec<Instance>,
    struck: Struck,
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
        (!stands_still(present)).then(|| "somebody resumed it".into())
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
    fn struck(&self) -> Struck {
        self.struck.clone()
    }
}
