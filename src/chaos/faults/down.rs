//! The guard of faults that leave their targets down: healing starts them again.

use super::all;
use crate::chaos::{Escape, FaultGuard};
use crate::event::{Struck, TargetStruck};
use crate::stack::docker::Remedy;
use crate::stack::docker::remedy::Start;
use crate::stack::{ContainerRef, Instance, Stack};
use async_trait::async_trait;
use std::sync::Arc;

/// How a container that is down is put right if we vanish.
pub(super) fn start(container: &ContainerRef) -> Remedy {
    Remedy::Start(Start { id: container.id.clone(), name: container.name.clone() })
}

/// Targets that are down.
pub(super) struct Down {
    stack: Arc<dyn Stack>,
    targets: Vec<Instance>,
    struck: Struck,
    how: Option<String>,
}

impl Down {
    /// Those of the targets that are down now; one that survived (it caught the signal) needs no healing.
    /// `survivable`: the signal that was delivered to a target that lives on, where it need not end anything.
    pub(super) fn of(stack: &Arc<dyn Stack>, targets: &[Instance], survivable: Option<&str>) -> Down {
        let now = all::now(stack, targets);
        let struck = targets.iter().map(|then| struck(then, &now, survivable)).collect();
        let struck = Struck { unit: all::unit(targets), targets: struck };
        let targets = now.into_iter().filter(|target| !target.alive).collect();
        Down { stack: Arc::clone(stack), targets, struck, how: None }
    }

    /// With what there is to say of how they came down.
    pub(super) fn told(self, how: Option<String>) -> Down {
        Down { how, ..self }
    }
}

/// Struck is what was seen to have ended: it does not run now, or it is another process than before.
fn struck(then: &Instance, now: &[Instance], survivable: Option<&str>) -> TargetStruck {
    let lives_on = now.iter().any(|now| now.name == then.name && now.alive && all::same_life(then, now));
    match survivable {
        Some(signal) if lives_on => {
            TargetStruck::counted(&then.name, 1, 1).said(format!("was sent {signal}, and lives on"))
        }
        _ => TargetStruck::counted(&then.name, u64::from(!lives_on), 1),
    }
}

#[async_trait]
impl FaultGuard for Down {
    async fn heal(&self) -> Result<(), String> {
        all::start(&self.stack, &self.targets).await
    }

    fn how(&self) -> Option<String> {
        self.how.clone()
    }

    async fn escaped(&self) -> Vec<Escape> {
        let running = all::now(&self.stack, &self.targets).into_iter().filter(|target| target.alive);
        running.map(|target| Escape { target: target.name, why: "it was started again".into() }).collect()
    }

    fn struck(&self) -> Struck {
        self.struck.clone()
    }
}
