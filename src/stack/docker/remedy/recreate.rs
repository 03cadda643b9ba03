//! A container that was removed is made again.

use super::{Done, Recipe};
use crate::stack::docker::engine::{Engine, Trouble};
use serde::{Deserialize, Serialize};

/// A container that is to be there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recreate {
    /// How to make it.
    pub recipe: Recipe,
}

impl Recreate {
    pub(super) async fn wrong(&self, engine: &Engine) -> Done {
        let name = &self.recipe.name;
        Ok(match engine.find(name).await? {
            None => Some(format!("{name} is removed")),
            Some(found) if self.recipe.running && !found.alive() => Some(format!("{name} is stopped")),
            Some(_) => None,
        })
    }

    /// Whoever tried before us may have come half-way: each step is looked at anew.
    pub(super) async fn carry_out(&self, engine: &Engine) -> Done {
        let recipe = &self.recipe;
        let (id, made) = match engine.find(&recipe.name).await? {
            Some(found) if found.alive() || !recipe.running => return Ok(None),
            Some(found) => (found.id, false),
            None => match recipe.make(engine).await {
                Ok(id) => (id, true),
                // Somebody else made it this very moment.
                Err(error) if error.trouble == Trouble::Conflict => {
                    (engine.inspect(&recipe.name).await?.id, false)
                }
                Err(error) => return Err(error),
            },
        };
        if recipe.running {
            recipe.join(engine, &id).await?;
            engine.start(&id).await?;
        }
        let what = if made { "made" } else { "started" };
        Ok(Some(format!("{what} {} again", recipe.name)))
    }
}
