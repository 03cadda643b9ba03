//! A command that undoes another one is run in a container.

use super::Done;
use crate::stack::docker::engine::{Engine, EngineError, Trouble};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How long such a command may take.
pub const WITHIN: Duration = Duration::from_secs(30);

/// A command that is to be run. Nobody can see whether it was: it may be run more than once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exec {
    /// The container's id.
    pub id: String,
    /// Its name, for messages.
    pub name: String,
    /// The command.
    pub command: Vec<String>,
}

impl Exec {
    pub(super) async fn wrong(&self, engine: &Engine) -> Done {
        let there = engine.find(&self.id).await?.is_some();
        Ok(there.then(|| format!("`{}` was not run in {}", self.command.join(" "), self.name)))
    }

    pub(super) async fn carry_out(&self, engine: &Engine) -> Done {
        if engine.find(&self.id).await?.is_none() {
            return Ok(None);
        }
        self.run(engine).await?;
        Ok(Some(format!("ran `{}` in {}", self.command.join(" "), self.name)))
    }

    /// Runs it; an exit code other than 0 is an error.
    pub async fn run(&self, engine: &Engine) -> Result<(), EngineError> {
        let ended = engine.exec(&self.id, &self.command, WITHIN).await?;
        if ended.code == 0 {
            return Ok(());
        }
        let said = if ended.output.is_empty() { String::new() } else { format!(": {}", ended.output) };
        Err(EngineError::new(
            Trouble::Refused,
            format!("`{}` in {} ended with code {}{said}", self.command.join(" "), self.name, ended.code),
        ))
    }
}
