//! A frozen container runs on.

use super::Done;
use crate::stack::docker::engine::{Engine, State};
use serde::{Deserialize, Serialize};

/// A container that is to run on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unpause {
    /// Its id.
    pub id: String,
    /// Its name, for messages.
    pub name: String,
}

impl Unpause {
    pub(super) async fn wrong(&self, engine: &Engine) -> Done {
        let paused = engine.find(&self.id).await?.is_some_and(|found| found.state == State::Paused);
        Ok(paused.then(|| format!("{} is paused", self.name)))
    }

    pub(super) async fn carry_out(&self, engine: &Engine) -> Done {
        if self.wrong(engine).await?.is_none() {
            return Ok(None);
        }
        engine.unpause(&self.id).await?;
        Ok(Some(format!("resumed {}", self.name)))
    }
}
