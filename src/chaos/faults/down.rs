//! The guard of faults that leave their targets down: healing starts them again.

use super::all;
use crate::chaos::{Escape, FaultGuard};
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
}

impl Down {
    /// Those of the targets that are down now; one that survived (it caught the signal) needs no healing.
    pub(super) fn of(stack: &Arc<dyn Stack>, targets: &[Instance]) -> Down {
        let targets = all::now(stack, targets).into_iter().filter(|target| !target.alive).collect();
        Down { stack: Arc::clone(stack), targets }
    }
}

#[async_trait]
impl FaultGuard for Down {
    async fn heal(&self) -> Result<(), String> {
        all::start(&self.stack, &self.targets).await
    }

    async fn escaped(&self) -> Vec<Escape> {
        let running = all::now(&self.stack, &self.targets).into_iter().filter(|target| target.alive);
        running.map(|target| Escape { target: target.name, why: "it was started again".into() }).collect()
    }
}
