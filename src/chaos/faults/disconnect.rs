//! `disconnect`: the container leaves all its networks, and returns at the end with the same aliases and static addresses.

use super::all::all_run;
use super::container::{self, Remedied, every, made_anew, with_containers};
use crate::chaos::{Context, Fault, FaultGuard, Heal, NotApplied};
use crate::event::Unit;
use crate::stack::docker::Remedy;
use crate::stack::docker::remedy::{Membership, Recipe, Reconnect};
use async_trait::async_trait;
use std::collections::BTreeMap;

/// A disconnection.
pub(super) struct Disconnect;

impl Disconnect {
    async fn remedies(&self, context: &Context) -> Result<Vec<Reconnect>, NotApplied> {
        let engine = container::containers(&context.stack, "disconnect")?.engine();
        let mut remedies = Vec::new();
        for (target, container) in with_containers(&context.targets) {
            let recipe = Recipe::of(engine, &container.id).await;
            let Recipe { networks, name, .. } =
                recipe.map_err(|error| format!("{}: {error}", target.name))?;
            if networks.is_empty() {
                let why = format!("{} is in no network of its own", target.name);
                return Err(NotApplied::nothing(why, Unit::Networks, &context.targets, 0));
            }
            remedies.push(Reconnect { id: container.id.clone(), name, networks });
        }
        Ok(remedies)
    }
}

#[async_trait]
impl Fault for Disconnect {
    fn kind(&self) -> &'static str {
        "disconnect"
    }

    async fn prepare(&self, context: &Context) -> Result<Vec<Heal>, NotApplied> {
        let _free = Remedied::begin(context, "disconnect", made_anew)?;
        let containers = container::containers(&context.stack, "disconnect")?;
        let remedies = self.remedies(context).await?.into_iter().map(Remedy::Reconnect);
        Ok(remedies.map(|remedy| container::heal(containers, remedy)).collect())
    }

    async fn apply(&self, context: &Context) -> Result<Box<dyn FaultGuard>, NotApplied> {
        all_run(&context.targets)?;
        let mut guard = Remedied::begin(context, "disconnect", made_anew)?;
        let remedies = self.remedies(context).await?;
        let networks: BTreeMap<String, Vec<Membership>> =
            remedies.iter().map(|remedy| (remedy.id.clone(), remedy.networks.clone())).collect();
        guard.undo_by(remedies.into_iter().map(Remedy::Reconnect).collect());
        let engine = container::containers(&context.stack, "disconnect")?.engine();
        let left = every(&context.targets, |_, container| {
            let (engine, id) = (engine.clone(), container.id.clone());
            let networks = networks.get(&id).cloned().unwrap_or_default();
            async move {
                for membership in &networks {
                    engine.disconnect(&membership.network, &id).await?;
                }
                Ok(())
            }
        });
        let left = left.await;
        let guard = guard.finish(left).await?;
        let mut struck = Vec::new();
        for (target, container) in with_containers(&context.targets) {
            let before = networks.get(&container.id).map_or(0, Vec::len) as u64;
            let still = engine.inspect(&container.id).await.map(|now| now.networks.len() as u64);
            struck.push(container::read_back(
                &target.name,
                still.map(|still| before.saturating_sub(still)),
                before,
            ));
        }
        Ok(Box::new(guard.has_struck(Unit::Networks, struck)))
    }
}
