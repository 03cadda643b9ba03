//! Instances that were added to a service are removed.

use super::Done;
use crate::stack::docker::engine::{Container, Engine, EngineError, PROJECT_LABEL, SERVICE_LABEL};
use serde::{Deserialize, Serialize};

/// A service that is to have no instances but these.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Surplus {
    /// The project.
    pub project: String,
    /// The service.
    pub service: String,
    /// The highest number that stays.
    pub keep: u32,
}

impl Surplus {
    pub(super) async fn wrong(&self, engine: &Engine) -> Done {
        let surplus = self.surplus(engine).await?;
        Ok((!surplus.is_empty()).then(|| format!("there are more of {}: {}", self.service, names(&surplus))))
    }

    pub(super) async fn carry_out(&self, engine: &Engine) -> Done {
        let surplus = self.surplus(engine).await?;
        for container in &surplus {
            engine.remove(&container.id).await?;
        }
        Ok((!surplus.is_empty()).then(|| format!("removed {}", names(&surplus))))
    }

    async fn surplus(&self, engine: &Engine) -> Result<Vec<Container>, EngineError> {
        let labels =
            [format!("{PROJECT_LABEL}={}", self.project), format!("{SERVICE_LABEL}={}", self.service)];
        let mut found = engine.with_labels(&labels).await?;
        found.retain(|one| !one.is_one_off() && one.number().is_some_and(|number| number > self.keep));
        Ok(found)
    }
}

fn names(containers: &[Container]) -> String {
    let names: Vec<&str> = containers.iter().map(|container| container.name.as_str()).collect();
    names.join(", ")
}
