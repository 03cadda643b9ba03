//! What faults on containers share: the guard that carries out remedies, and how remedies get into the journal.

use super::all;
use crate::chaos::{Context, Escape, FaultGuard, Heal, NotApplied};
use crate::event::{Struck, TargetStruck, Unit};
use crate::stack::docker::{EngineError, Remedy};
use crate::stack::{ContainerRef, Containers, Expected, Hand, Instance, Stack};
use async_trait::async_trait;
use std::sync::Arc;
use tokio::task::JoinSet;

/// What the deployment's containers can do; the error says that it has none.
pub(super) fn containers<'a>(stack: &'a Arc<dyn Stack>, kind: &str) -> Result<&'a dyn Containers, String> {
    stack.containers().ok_or_else(|| {
        format!(
            "`{kind}` is for containers; a stack of processes knows `kill`, `stop`, `pause` and `restart`"
        )
    })
}

/// The targets with their containers.
pub(super) fn with_containers(targets: &[Instance]) -> impl Iterator<Item = (&Instance, &ContainerRef)> {
    targets.iter().filter_map(|target| Some((target, target.container.as_ref()?)))
}

/// One and the same kind of remedy for every target; nothing where the targets are no containers.
pub(super) fn heals(context: &Context, remedy: impl Fn(&ContainerRef) -> Remedy) -> Vec<Heal> {
    let Some(containers) = context.stack.containers() else { return Vec::new() };
    let of = |(_, container): (_, &ContainerRef)| heal(containers, remedy(container));
    with_containers(&context.targets).map(of).collect()
}

/// A remedy as the journal keeps it.
pub(super) fn heal(containers: &dyn Containers, remedy: Remedy) -> Heal {
    Heal::Container { engine: containers.engine().address().clone(), remedy }
}

/// What a fault on containers means to do to one of its targets, and how that is undone.
pub(super) struct Remedied {
    stack: Arc<dyn Stack>,
    kind: &'static str,
    targets: Vec<Instance>,
    remedies: Vec<Remedy>,
    /// Let go when the guard is dropped.
    _hands: Vec<Hand>,
    escape: fn(&Instance, &Instance) -> Option<String>,
    struck: Struck,
}

impl Remedied {
    /// Takes the targets into a hand, so that no other fault changes them meanwhile.
    pub(super) fn begin(
        context: &Context,
        kind: &'static str,
        escape: fn(&Instance, &Instance) -> Option<String>,
    ) -> Result<Remedied, String> {
        let containers = containers(&context.stack, kind)?;
        let hands = context.targets.iter().map(|target| containers.take(&target.name, kind));
        Ok(Remedied {
            stack: Arc::clone(&context.stack),
            kind,
            targets: context.targets.clone(),
            remedies: Vec::new(),
            _hands: hands.collect::<Result<_, _>>().map_err(|error| error.to_string())?,
            escape,
            struck: Struck { unit: Unit::Containers, targets: Vec::new() },
        })
    }

    /// For a fault that changes nothing that another one restores.
    pub(super) fn without_hands(
        context: &Context,
        kind: &'static str,
        escape: fn(&Instance, &Instance) -> Option<String>,
    ) -> Remedied {
        let (stack, targets) = (Arc::clone(&context.stack), context.targets.clone());
        let struck = Struck { unit: Unit::Containers, targets: Vec::new() };
        Remedied { stack, kind, targets, remedies: Vec::new(), _hands: Vec::new(), escape, struck }
    }

    /// Adds what undoes it.
    pub(super) fn undo_by(&mut self, remedies: Vec<Remedy>) {
        self.remedies.extend(remedies);
    }

    /// What is left to do once the fault has been applied: the guard, or, where it failed, undoing it. What was struck is said
    /// by [`Remedied::has_struck`].
    pub(super) async fn finish(self, applied: Result<(), String>) -> Result<Remedied, NotApplied> {
        if let Err(failed) = applied {
            return Err(all::undone(failed, self.heal().await).into());
        }
        self.refresh().await?;
        Ok(self)
    }

    /// What it struck, as read back from the engine.
    pub(super) fn has_struck(mut self, unit: Unit, targets: Vec<TargetStruck>) -> Remedied {
        self.struck = Struck { unit, targets };
        self
    }

    /// The instances that the heal will end.
    fn surplus(&self) -> Vec<String> {
        let beyond = |instance: &Instance| {
            instance.alive
                && self.remedies.iter().any(|remedy| match remedy {
                    Remedy::Surplus(surplus) => {
                        surplus.service == instance.service && instance.index > surplus.keep
                    }
                    _ => false,
                })
        };
        self.stack.instances().into_iter().filter(beyond).map(|instance| instance.name).collect()
    }

    async fn refresh(&self) -> Result<(), String> {
        containers(&self.stack, self.kind)?.refresh().await.map_err(|error| error.to_string())
    }
}

#[async_trait]
impl FaultGuard for Remedied {
    async fn heal(&self) -> Result<(), String> {
        let containers = containers(&self.stack, self.kind)?;
        self.refresh().await?;
        for idle in all::now(&self.stack, &self.targets).into_iter().filter(|target| !target.alive) {
            containers.expect(&idle.name, Expected::Start);
        }
        for name in self.surplus() {
            containers.expect(&name, Expected::End);
        }
        each(&self.remedies, containers).await?;
        self.refresh().await
    }

    async fn escaped(&self) -> Vec<Escape> {
        let present = all::now(&self.stack, &self.targets);
        let pairs = self.targets.iter().filter_map(|then| {
            let now = present.iter().find(|now| now.name == then.name)?;
            (self.escape)(then, now).map(|why| Escape { target: then.name.clone(), why })
        });
        pairs.collect()
    }

    fn struck(&self) -> Struck {
        self.struck.clone()
    }
}

/// Carries out all remedies at once; the error names each that failed.
async fn each(remedies: &[Remedy], containers: &dyn Containers) -> Result<(), String> {
    let mut healing = JoinSet::new();
    for remedy in remedies {
        let (remedy, engine) = (remedy.clone(), containers.engine().clone());
        healing.spawn(async move { remedy.carry_out(&engine).await });
    }
    gather(healing).await
}

/// Does it to every container at once; the error names each that failed.
pub(super) async fn every<F>(
    targets: &[Instance],
    act: impl Fn(&Instance, &ContainerRef) -> F,
) -> Result<(), String>
where
    F: Future<Output = Result<(), EngineError>> + Send + 'static,
{
    let mut acting = JoinSet::new();
    for (target, container) in with_containers(targets) {
        let (name, acted) = (target.name.clone(), act(target, container));
        acting.spawn(async move {
            acted
                .await
                .map(|()| None)
                .map_err(|error| EngineError::new(error.trouble, format!("{name}: {error}")))
        });
    }
    gather(acting).await
}

async fn gather(mut tasks: JoinSet<Result<Option<String>, EngineError>>) -> Result<(), String> {
    let mut failed = Vec::new();
    while let Some(done) = tasks.join_next().await {
        match done {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => failed.push(error.to_string()),
            Err(error) => failed.push(error.to_string()),
        }
    }
    failed.sort();
    if failed.is_empty() { Ok(()) } else { Err(failed.join("; ")) }
}

/// A count that the engine was asked for: so many of so many.
pub(super) fn read_back(target: &str, struck: Result<u64, EngineError>, seen: u64) -> TargetStruck {
    match struck {
        Ok(struck) => TargetStruck::counted(target, struck, seen),
        Err(error) => TargetStruck::not_known(target, error.to_string()),
    }
}

/// For faults that end with the container that they were put on.
pub(super) fn made_anew(then: &Instance, now: &Instance) -> Option<String> {
    let id = |instance: &Instance| instance.container.as_ref().map(|one| one.id.clone());
    (id(then) != id(now)).then(|| "its container was made anew".into())
}
