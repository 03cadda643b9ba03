//! `scale`: a service has more or fewer instances, and as many as before at the end.
//!
//! Those with the highest numbers go; new ones are made like the first one, without its static addresses.

use super::container::{self, Remedied};
use crate::chaos::{Context, Fault, FaultGuard, Heal, NotApplied};
use crate::event::{TargetStruck, Unit};
use crate::stack::docker::Remedy;
use crate::stack::docker::engine::Engine;
use crate::stack::docker::remedy::{Recipe, Recreate, Surplus};
use crate::stack::{Containers, Expected, Instance};
use async_trait::async_trait;

/// Another number of instances.
pub(super) struct Scale {
    /// How many.
    pub to: u32,
}

impl Scale {
    /// The instances that go.
    fn leaving<'a>(&self, context: &'a Context) -> &'a [Instance] {
        context.targets.get(self.to as usize..).unwrap_or_default()
    }

    async fn remedies(&self, context: &Context, containers: &dyn Containers) -> Result<Vec<Remedy>, String> {
        let Some(last) = context.targets.last() else { return Ok(Vec::new()) };
        let mut remedies = Vec::new();
        for (target, container) in container::with_containers(self.leaving(context)) {
            let recipe = Recipe::of(containers.engine(), &container.id).await;
            let recipe = recipe.map_err(|error| format!("{}: {error}", target.name))?;
            remedies.push(Remedy::Recreate(Box::new(Recreate { recipe })));
        }
        if remedies.is_empty() {
            remedies.push(Remedy::Surplus(Surplus {
                project: containers.project().to_owned(),
                service: last.service.clone(),
                keep: last.index,
            }));
        }
        Ok(remedies)
    }

    /// How many instances are more or fewer than before, of how many that should be.
    fn struck(&self, context: &Context) -> Vec<TargetStruck> {
        let Some(first) = context.targets.first() else { return Vec::new() };
        let is_ours = |one: &&Instance| one.service == first.service && one.alive;
        let now = context.stack.instances().iter().filter(is_ours).count() as u64;
        let before = context.targets.iter().filter(|target| target.alive).count() as u64;
        let wanted = u64::from(self.to).abs_diff(before);
        let moved =
            if u64::from(self.to) < before { before.saturating_sub(now) } else { now.saturating_sub(before) };
        vec![TargetStruck::counted(&first.service, moved.min(wanted), wanted)]
    }

    async fn change(&self, context: &Context, containers: &dyn Containers) -> Result<(), String> {
        let mut leaving = Vec::new();
        for (target, container) in container::with_containers(self.leaving(context)) {
            context.stack.stop(&target.name).await.map_err(|error| error.to_string())?;
            leaving.push(container.id.clone());
        }
        for id in leaving {
            containers.engine().remove(&id).await.map_err(|error| error.to_string())?;
        }
        let (Some(first), Some(last)) = (context.targets.first(), context.targets.last()) else {
            return Ok(());
        };
        let missing = (self.to as usize).saturating_sub(context.targets.len());
        for number in (last.index + 1..).take(missing) {
            containers.expect(&containers.instance_name(&first.service, number), Expected::Start);
            add(containers.engine(), first, number).await?;
        }
        Ok(())
    }
}

/// Makes and starts another instance like this one.
async fn add(engine: &Engine, like: &Instance, number: u32) -> Result<(), String> {
    let container = like.container.as_ref().ok_or("it is no container")?;
    let trouble = |error| format!("{}-{number}: {error}", like.service);
    let recipe = Recipe::of(engine, &container.id).await.map_err(trouble)?;
    let recipe = recipe.with_number(number).ok_or_else(|| {
        format!("{} cannot be scaled: its container's name is fixed (`container_name`)", like.service)
    })?;
    let id = recipe.make(engine).await.map_err(trouble)?;
    engine.start(&id).await.map_err(trouble)
}

#[async_trait]
impl Fault for Scale {
    fn kind(&self) -> &'static str {
        "scale"
    }

    async fn prepare(&self, context: &Context) -> Result<Vec<Heal>, NotApplied> {
        let _free = Remedied::begin(context, "scale", escape)?;
        let containers = container::containers(&context.stack, "scale")?;
        let remedies = self.remedies(context, containers).await?;
        Ok(remedies.into_iter().map(|remedy| container::heal(containers, remedy)).collect())
    }

    async fn apply(&self, context: &Context) -> Result<Box<dyn FaultGuard>, NotApplied> {
        if self.to as usize == context.targets.len() {
            let why = format!("the service has {} instances already", self.to);
            return Err(NotApplied::nothing(why, Unit::Instances, &[], 0));
        }
        let mut guard = Remedied::begin(context, "scale", escape)?;
        let containers = container::containers(&context.stack, "scale")?;
        guard.undo_by(self.remedies(context, containers).await?);
        let changed = self.change(context, containers).await;
        let guard = guard.finish(changed).await?;
        let struck = self.struck(context);
        Ok(Box::new(guard.has_struck(Unit::Instances, struck)))
    }
}

/// Instances come and go while a service is scaled; that is the fault itself.
fn escape(_: &Instance, _: &Instance) -> Option<String> {
    None
}
