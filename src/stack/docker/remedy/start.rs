//! A container that was killed or stopped is started.

use super::Done;
use crate::stack::docker::engine::{Container, Engine, EngineError, State};
use serde::{Deserialize, Serialize};

/// A container that is to run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// Its id.
    pub id: String,
    /// Its name, for messages.
    pub name: String,
}

impl Start {
    pub(super) async fn wrong(&self, engine: &Engine) -> Done {
        Ok(self.idle(engine).await?.map(|_| format!("{} is stopped", self.name)))
    }

    pub(super) async fn carry_out(&self, engine: &Engine) -> Done {
        let Some(container) = self.idle(engine).await? else { return Ok(None) };
        engine.start(&container.id).await?;
        Ok(Some(format!("started {}", self.name)))
    }

    /// The container, if it is there and does not run. One that the engine is about to start is left to it.
    async fn idle(&self, engine: &Engine) -> Result<Option<Container>, EngineError> {
        let found = engine.find(&self.id).await?;
        Ok(found.filter(|container| !container.alive() && container.state != State::Restarting))
    }
}
