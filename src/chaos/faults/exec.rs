//! `exec`: a command of the plan's own is run in the container, and another one at the end.

use super::all::all_run;
use super::container::{self, Remedied, every, made_anew, with_containers};
use crate::chaos::{Context, Fault, FaultGuard, Heal, NotApplied};
use crate::event::{TargetStruck, Unit};
use crate::stack::ContainerRef;
use crate::stack::docker::Remedy;
use crate::stack::docker::remedy;
use async_trait::async_trait;

/// A command, and the one that undoes it.
pub(super) struct Exec {
    /// The command.
    pub command: Vec<String>,
    /// What undoes it; empty: nothing has to be undone.
    pub heal: Vec<String>,
}

impl Exec {
    fn in_container(&self, container: &ContainerRef, command: &[String]) -> remedy::Exec {
        remedy::Exec { id: container.id.clone(), name: container.name.clone(), command: command.to_vec() }
    }

    fn remedies(&self, context: &Context) -> Vec<Remedy> {
        let with = with_containers(&context.targets).filter(|_| !self.heal.is_empty());
        with.map(|(_, container)| Remedy::Exec(self.in_container(container, &self.heal))).collect()
    }
}

#[async_trait]
impl Fault for Exec {
    fn kind(&self) -> &'static str {
        "exec"
    }

    fn is_momentary(&self) -> bool {
        self.heal.is_empty()
    }

    async fn prepare(&self, context: &Context) -> Result<Vec<Heal>, NotApplied> {
        let containers = container::containers(&context.stack, "exec")?;
        Ok(self.remedies(context).into_iter().map(|remedy| container::heal(containers, remedy)).collect())
    }

    async fn apply(&self, context: &Context) -> Result<Box<dyn FaultGuard>, NotApplied> {
        all_run(&context.targets)?;
        let mut guard = Remedied::without_hands(context, "exec", made_anew);
        guard.undo_by(self.remedies(context));
        let engine = container::containers(&context.stack, "exec")?.engine();
        let run = every(&context.targets, |_, container| {
            let (engine, command) = (engine.clone(), self.in_container(container, &self.command));
            async move { command.run(&engine).await }
        });
        let guard = match guard.finish(run.await).await {
            Ok(guard) => guard,
            // A command that failed on one of several targets is undone on all.
            Err(NotApplied { why, .. }) => {
                return Err(NotApplied::nothing(why, Unit::Commands, &context.targets, 1));
            }
        };
        let struck = context.targets.iter().map(|target| TargetStruck::counted(&target.name, 1, 1));
        Ok(Box::new(guard.has_struck(Unit::Commands, struck.collect())))
    }
}
