//! A container returns to its networks, with the same aliases and static addresses.

use super::{Done, Membership};
use crate::stack::docker::engine::{Engine, EngineError};
use serde::{Deserialize, Serialize};

/// A container that is to be in these networks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reconnect {
    /// Its id.
    pub id: String,
    /// Its name, for messages.
    pub name: String,
    /// The networks.
    pub networks: Vec<Membership>,
}

impl Reconnect {
    pub(super) async fn wrong(&self, engine: &Engine) -> Done {
        let missing: Vec<&str> = self.missing(engine).await?.iter().map(|one| one.network.as_str()).collect();
        Ok((!missing.is_empty())
            .then(|| format!("{} is disconnected from {}", self.name, missing.join(", "))))
    }

    pub(super) async fn carry_out(&self, engine: &Engine) -> Done {
        let missing = self.missing(engine).await?;
        for membership in &missing {
            engine.reconnect(&membership.network, &self.id, membership.endpoint()?).await?;
        }
        let names: Vec<&str> = missing.iter().map(|one| one.network.as_str()).collect();
        Ok((!missing.is_empty()).then(|| format!("reconnected {} to {}", self.name, names.join(", "))))
    }

    /// The networks that it is not in. Those that are gone themselves are nobody's to return to.
    async fn missing(&self, engine: &Engine) -> Result<Vec<&Membership>, EngineError> {
        let Some(found) = engine.find(&self.id).await? else { return Ok(Vec::new()) };
        let mut missing = Vec::new();
        for membership in &self.networks {
            let away = !found.networks.contains_key(&membership.network);
            if away && engine.has_network(&membership.network).await? {
                missing.push(membership);
            }
        }
        Ok(missing)
    }
}
