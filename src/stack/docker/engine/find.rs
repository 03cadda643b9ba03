//! Finding containers: by id, and by the labels that Compose gives them.

use super::labels::{FOLDER_LABEL, PROJECT_LABEL};
use super::{Container, Engine, EngineError, Trouble};
use bollard::models::ContainerInspectResponse;
use bollard::query_parameters::ListContainersOptionsBuilder;
use futures_util::{StreamExt, TryStreamExt, stream};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;

/// How many containers are asked for at the same time.
const AT_ONCE: usize = 8;

impl Engine {
    /// The container of this id or name.
    pub async fn inspect(&self, id: &str) -> Result<Container, EngineError> {
        self.inspect_whole(id).await.map(Container::from)
    }

    /// The container of this id or name; `None` if there is none (any more).
    pub async fn find(&self, id: &str) -> Result<Option<Container>, EngineError> {
        match self.inspect(id).await {
            Ok(container) => Ok(Some(container)),
            Err(error) if error.trouble == Trouble::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// All that the engine says of a container.
    pub async fn inspect_whole(&self, id: &str) -> Result<ContainerInspectResponse, EngineError> {
        self.docker.inspect_container(id, None).await.map_err(|error| self.error(error))
    }

    /// The containers of a Compose project, stopped ones included, in the order of service and number. Those of
    /// `compose run` are left out.
    pub async fn of_project(&self, project: &str) -> Result<Vec<Container>, EngineError> {
        let mut found = self.with_labels(&[format!("{PROJECT_LABEL}={project}")]).await?;
        found.retain(|container| !container.is_one_off() && container.service().is_some());
        found.sort_by(|a, b| (a.service(), a.number(), &a.name).cmp(&(b.service(), b.number(), &b.name)));
        Ok(found)
    }

    /// The containers that carry all these labels (`name` or `name=value`), stopped ones included.
    pub async fn with_labels(&self, labels: &[String]) -> Result<Vec<Container>, EngineError> {
        let ids = self.ids_with_labels(labels).await?;
        let found = stream::iter(ids).map(|id| async move { self.find(&id).await });
        let found: Vec<Option<Container>> = found.buffered(AT_ONCE).try_collect().await?;
        Ok(found.into_iter().flatten().collect())
    }

    async fn ids_with_labels(&self, labels: &[String]) -> Result<Vec<String>, EngineError> {
        let filters = HashMap::from([("label".to_owned(), labels.to_vec())]);
        let options = ListContainersOptionsBuilder::default().all(true).filters(&filters).build();
        let listed = self.docker.list_containers(Some(options)).await.map_err(|error| self.error(error))?;
        Ok(listed.into_iter().filter_map(|summary| summary.id).collect())
    }

    /// The names of all Compose projects that have a container here.
    pub async fn projects(&self) -> Result<BTreeSet<String>, EngineError> {
        let labels = self.labels_of_projects(true).await?;
        Ok(labels.into_iter().filter_map(|mut labels| labels.remove(PROJECT_LABEL)).collect())
    }

    /// The Compose projects of which something runs, each with the folder that it was brought up from.
    pub async fn running_projects(&self) -> Result<BTreeMap<String, Option<PathBuf>>, EngineError> {
        let labels = self.labels_of_projects(false).await?;
        let of = |mut labels: HashMap<String, String>| {
            Some((labels.remove(PROJECT_LABEL)?, labels.remove(FOLDER_LABEL).map(PathBuf::from)))
        };
        Ok(labels.into_iter().filter_map(of).collect())
    }

    /// The labels of all containers of Compose projects; `all`: stopped ones included.
    async fn labels_of_projects(&self, all: bool) -> Result<Vec<HashMap<String, String>>, EngineError> {
        let filters = HashMap::from([("label".to_owned(), vec![PROJECT_LABEL.to_owned()])]);
        let options = ListContainersOptionsBuilder::default().all(all).filters(&filters).build();
        let listed = self.docker.list_containers(Some(options)).await.map_err(|error| self.error(error))?;
        Ok(listed.into_iter().filter_map(|summary| summary.labels).collect())
    }
}
