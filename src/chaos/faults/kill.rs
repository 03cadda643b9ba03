//! `kill`: the process ends by a signal, and is started again at the end.

use super::all::{self, all_run};
use super::container;
use super::down::{self, Down};
use crate::chaos::{Context, Fault, FaultGuard, Heal, NotApplied};
use crate::stack::os;
use async_trait::async_trait;

/// SIGKILL, or the signal named.
pub(super) struct Kill {
    signal: String,
}

impl Kill {
    /// With this signal; the error says which ones there are.
    pub(super) fn new(signal: Option<&str>) -> Result<Kill, String> {
        let signal = signal.unwrap_or("KILL").to_owned();
        os::signal_named(&signal)?;
        Ok(Kill { signal })
    }
}

#[async_trait]
impl Fault for Kill {
    fn kind(&self) -> &'static str {
        "kill"
    }

    async fn prepare(&self, context: &Context) -> Result<Vec<Heal>, NotApplied> {
        Ok(container::heals(context, down::start))
    }

    async fn apply(&self, context: &Context) -> Result<Box<dyn FaultGuard>, NotApplied> {
        all_run(&context.targets)?;
        let killed = all::all(&context.stack, &context.targets, |stack, target| {
            let signal = self.signal.clone();
            async move { stack.signal(&target.name, &signal).await }
        });
        if let Err(failed) = killed.await {
            return Err(all::undone(failed, all::start(&context.stack, &context.targets).await).into());
        }
        let survivable = (!os::ends_programs(&self.signal)).then_some(self.signal.as_str());
        Ok(Box::new(Down::of(&context.stack, &context.targets, survivable)))
    }
}
