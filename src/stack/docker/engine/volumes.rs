//! The named volumes of a project.

use super::labels::PROJECT_LABEL;
use super::{Engine, EngineError};
use bollard::query_parameters::ListVolumesOptionsBuilder;
use std::collections::HashMap;

impl Engine {
    /// Whether the project has a named volume here.
    pub async fn has_volumes(&self, project: &str) -> Result<bool, EngineError> {
        let filters = HashMap::from([("label".to_owned(), vec![format!("{PROJECT_LABEL}={project}")])]);
        let options = ListVolumesOptionsBuilder::default().filters(&filters).build();
        let listed = self.docker.list_volumes(Some(options)).await.map_err(|error| self.error(error))?;
        Ok(listed.volumes.is_some_and(|volumes| !volumes.is_empty()))
    }
}
