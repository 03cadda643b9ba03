//! `stop`: the process is asked to end (SIGTERM), and is started again at the end.

use super::all::{self, all_run};
use super::container;
use super::down::{self, Down};
use crate::chaos::{Context, Fault, FaultGuard, Heal, NotApplied};
use async_trait::async_trait;

/// An orderly stop.
pub(super) struct Stop;

#[async_trait]
impl Fault for Stop {
    fn kind(&self) -> &'static str {
        "stop"
    }

    async fn prepare(&self, context: &Context) -> Result<Vec<Heal>, NotApplied> {
        Ok(container::heals(context, down::start))
    }

    async fn apply(&self, context: &Context) -> Result<Box<dyn FaultGuard>, NotApplied> {
        all_run(&context.targets)?;
        let stopped = all::all(&context.stack, &context.targets, |stack, target| async move {
            stack.stop(&target.name).await
        });
        if let Err(failed) = stopped.await {
            return Err(all::undone(failed, all::start(&context.stack, &context.targets).await).into());
        }
        Ok(Box::new(Down::of(&context.stack, &context.targets, None)))
    }
}
