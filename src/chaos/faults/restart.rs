//! `restart`: the process is asked to end (SIGTERM) and started again at once.

use super::stop::Stop;
use crate::chaos::{Context, Fault, FaultGuard, Heal, NotApplied};
use async_trait::async_trait;

/// A stop whose heal is due at once: in force from the end of the old process until the new one is ready.
pub(super) struct Restart;

#[async_trait]
impl Fault for Restart {
    fn kind(&self) -> &'static str {
        "restart"
    }

    async fn prepare(&self, context: &Context) -> Result<Vec<Heal>, NotApplied> {
        Stop.prepare(context).await
    }

    fn is_momentary(&self) -> bool {
        true
    }

    async fn apply(&self, context: &Context) -> Result<Box<dyn FaultGuard>, NotApplied> {
        Stop.apply(context).await
    }
}
