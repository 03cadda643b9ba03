//! `stop`: the process is asked to end (SIGTERM), and is started again at the end.

use super::all::{self, all_run};
use super::container;
use super::down::{self, Down};
use crate::chaos::{Context, Fault, FaultGuard, Heal, NotApplied};
use crate::plan::units::Time;
use crate::stack::Stopped;
use async_trait::async_trait;
use std::sync::{Arc, Mutex, PoisonError};

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
        let killed = Arc::new(Mutex::new(Vec::new()));
        let stopped = all::all(&context.stack, &context.targets, |stack, target| {
            let killed = Arc::clone(&killed);
            async move {
                if let Stopped::Killed(after) = stack.stop(&target.name).await? {
                    let name = &target.name;
                    let how = format!("{name} ignored its stop signal, killed after {}", Time(after));
                    killed.lock().unwrap_or_else(PoisonError::into_inner).push(how);
                }
                Ok(())
            }
        });
        if let Err(failed) = stopped.await {
            return Err(all::undone(failed, all::start(&context.stack, &context.targets).await).into());
        }
        let mut killed = std::mem::take(&mut *killed.lock().unwrap_or_else(PoisonError::into_inner));
        killed.sort();
        let how = (!killed.is_empty()).then(|| killed.join("; "));
        Ok(Box::new(Down::of(&context.stack, &context.targets, None).told(how)))
    }
}
