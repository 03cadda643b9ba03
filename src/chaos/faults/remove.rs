//! `remove`: the container is removed with all that it wrote outside its volumes, and made again at the end.

use super::all::all_run;
use super::container::{self, Remedied, every, with_containers};
use crate::chaos::{Context, Fault, FaultGuard, Heal, NotApplied};
use crate::event::Unit;
use crate::stack::docker::Remedy;
use crate::stack::docker::remedy::{Recipe, Recreate};
use crate::stack::{Expected, Instance};
use async_trait::async_trait;

/// A removal.
pub(super) struct Remove;

impl Remove {
    /// How each of the containers is made again.
    async fn remedies(&self, context: &Context) -> Result<Vec<Remedy>, String> {
        let engine = container::containers(&context.stack, "remove")?.engine();
        let mut remedies = Vec::new();
        for (target, container) in with_containers(&context.targets) {
            let recipe = Recipe::of(engine, &container.id).await;
            let recipe = recipe.map_err(|error| format!("{}: {error}", target.name))?;
            remedies.push(Remedy::Recreate(Box::new(Recreate { recipe })));
        }
        Ok(remedies)
    }
}

#[async_trait]
impl Fault for Remove {
    fn kind(&self) -> &'static str {
        "remove"
    }

    async fn prepare(&self, context: &Context) -> Result<Vec<Heal>, NotApplied> {
        // Nobody else may have changed what is about to be written down.
        let _free = Remedied::begin(context, "remove", escape)?;
        let containers = container::containers(&context.stack, "remove")?;
        let remedies = self.remedies(context).await?;
        Ok(remedies.into_iter().map(|remedy| container::heal(containers, remedy)).collect())
    }

    async fn apply(&self, context: &Context) -> Result<Box<dyn FaultGuard>, NotApplied> {
        all_run(&context.targets)?;
        let mut guard = Remedied::begin(context, "remove", escape)?;
        guard.undo_by(self.remedies(context).await?);
        let containers = container::containers(&context.stack, "remove")?;
        let removed = every(&context.targets, |target, container| {
            containers.expect(&target.name, Expected::End);
            let (engine, id) = (containers.engine().clone(), container.id.clone());
            async move { engine.remove(&id).await }
        });
        let removed = removed.await;
        let guard = guard.finish(removed).await?;
        let mut struck = Vec::new();
        for (target, container) in with_containers(&context.targets) {
            let gone = containers.engine().find(&container.id).await.map(|found| found.is_none());
            struck.push(container::read_back(&target.name, gone.map(u64::from), 1));
        }
        Ok(Box::new(guard.has_struck(Unit::Containers, struck)))
    }
}

fn escape(_: &Instance, now: &Instance) -> Option<String> {
    now.alive.then(|| "somebody made it again".into())
}
