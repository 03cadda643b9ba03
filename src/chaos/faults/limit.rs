//! `limit`: less processor or memory; the old limits are set again at the end.
//!
//! A memory limit counts swap, too: what does not fit is ended by the kernel, not swapped out. A container that was ended
//! so is started again by the heal.

use super::all::all_run;
use super::container::{self, Remedied, every, made_anew, with_containers};
use super::reached::{Limited, Reached};
use crate::chaos::{Context, Fault, FaultGuard, Heal, NotApplied};
use crate::stack::Containers;
use crate::stack::docker::Remedy;
use crate::stack::docker::engine::{Engine, EngineError, Trouble};
use crate::stack::docker::remedy::{Limits, RestoreLimits};
use async_trait::async_trait;
use std::collections::BTreeMap;

/// The limits to set.
pub(super) struct Limit {
    /// Processors, in cores.
    pub cpus: Option<f64>,
    /// Bytes.
    pub memory: Option<u64>,
}

impl Limit {
    async fn remedies(&self, context: &Context) -> Result<Vec<RestoreLimits>, String> {
        let engine = container::containers(&context.stack, "limit")?.engine();
        let mut remedies = Vec::new();
        for (target, container) in with_containers(&context.targets) {
            let old = Limits::of(engine, &container.id).await;
            let old = old.map_err(|error| format!("{}: {error}", target.name))?;
            remedies.push(RestoreLimits { id: container.id.clone(), name: container.name.clone(), old });
        }
        Ok(remedies)
    }

    async fn set(
        engine: Engine,
        id: String,
        old: Limits,
        cpus: Option<f64>,
        memory: Option<i64>,
    ) -> Result<(), EngineError> {
        if let Some(cpus) = cpus {
            engine.update(&id, old.fewer_cpus(cpus)).await?;
        }
        let Some(memory) = memory else { return Ok(()) };
        match engine.update(&id, Limits::less_memory(memory)).await {
            Err(error) if error.trouble == Trouble::Refused => Err(in_use(&engine, &id, memory, error).await),
            other => other,
        }
    }
}

#[async_trait]
impl Fault for Limit {
    fn kind(&self) -> &'static str {
        "limit"
    }

    async fn prepare(&self, context: &Context) -> Result<Vec<Heal>, NotApplied> {
        let _free = Remedied::begin(context, "limit", made_anew)?;
        let containers: &dyn Containers = container::containers(&context.stack, "limit")?;
        let remedies = self.remedies(context).await?.into_iter().map(Remedy::Limits);
        Ok(remedies.map(|remedy| container::heal(containers, remedy)).collect())
    }

    async fn apply(&self, context: &Context) -> Result<Box<dyn FaultGuard>, NotApplied> {
        all_run(&context.targets)?;
        let mut guard = Remedied::begin(context, "limit", made_anew)?;
        let remedies = self.remedies(context).await?;
        let old: BTreeMap<String, Limits> =
            remedies.iter().map(|remedy| (remedy.id.clone(), remedy.old)).collect();
        guard.undo_by(remedies.into_iter().map(Remedy::Limits).collect());
        let engine = container::containers(&context.stack, "limit")?.engine();
        let memory = self.memory.map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX));
        let limited = every(&context.targets, |_, container| {
            let old = old.get(&container.id).copied().unwrap_or_default();
            Limit::set(engine.clone(), container.id.clone(), old, self.cpus, memory)
        });
        let guard = guard.finish(limited.await).await?;
        let mut reached = Vec::new();
        for (target, container) in with_containers(&context.targets) {
            let limits = (self.cpus.is_some(), self.memory.is_some());
            reached.push(Reached::begin(engine, target, container, limits).await);
        }
        Ok(Box::new(Limited::new(guard, engine.clone(), reached)))
    }
}

/// Explains why the engine refuses a memory limit, where it is because more is in use.
async fn in_use(engine: &Engine, id: &str, wanted: i64, error: EngineError) -> EngineError {
    let used = engine.usage(id).await.ok().flatten().and_then(|usage| usage.memory);
    match used {
        Some(used) if i64::try_from(used).is_ok_and(|used| used > wanted) => EngineError::new(
            Trouble::Refused,
            format!(
                "{wanted} bytes cannot be its limit while it uses {used}: the first version of control groups refuses that; \
                 choose more than it uses, and let it grow into the limit"
            ),
        ),
        _ => error,
    }
}
