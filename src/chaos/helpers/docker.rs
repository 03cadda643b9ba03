//! Helpers in containers of their own, beside their targets in the targets' network namespaces.

use super::image::{helper_archive, helper_tag};
use super::{Launched, Reach, Wire};
use crate::stack::docker::engine::{Engine, HelperSpec};
use crate::stack::{Containers, Instance, Stack};
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// The label that all helpers have.
pub const HELPER_LABEL: &str = "shakedown.helper";
/// The label that names the project whose container a helper stands beside.
pub const HELPER_PROJECT_LABEL: &str = "shakedown.project";
/// The label that names the run.
pub const HELPER_RUN_LABEL: &str = "shakedown.run";

/// The engine's containers as helpers.
pub struct InContainers {
    stack: Arc<dyn Stack>,
    image: String,
    run: String,
}

impl InContainers {
    /// For a stack of containers.
    pub fn new(stack: Arc<dyn Stack>, image: String, run: String) -> InContainers {
        InContainers { stack, image, run }
    }

    fn containers(&self) -> Result<&dyn Containers, String> {
        self.stack.containers().ok_or_else(|| {
            "faults on packets, look-ups and ports and partitions need containers: this stack's instances share one network".into()
        })
    }

    /// A name that no other helper has. Runs on other projects may be called the same, and go on at the same time.
    fn name(&self, project: &str, target: &Instance) -> String {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        format!("shakedown-helper-{project}-{}-{}-{number}", target.name, std::process::id())
    }
}

#[async_trait]
impl Reach for InContainers {
    async fn launch(&self, target: &Instance) -> Result<Launched, String> {
        let containers = self.containers()?;
        let project = containers.project();
        let container =
            target.container.as_ref().ok_or_else(|| format!("{} is no container", target.name))?;
        let label = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let spec = HelperSpec {
            name: self.name(project, target),
            image: self.image.clone(),
            command: Vec::new(),
            network_of: container.id.clone(),
            capabilities: vec!["NET_ADMIN".into(), "NET_RAW".into()],
            labels: BTreeMap::from([
                label(HELPER_LABEL, "net"),
                label(HELPER_PROJECT_LABEL, project),
                label(HELPER_RUN_LABEL, &self.run),
            ]),
            environment: Vec::new(),
        };
        let failed =
            |error: String| format!("the network helper beside {} does not start: {error}", target.name);
        let started = containers.engine().start_helper(&spec).await;
        let mut helper = started.map_err(|error| failed(error.to_string()))?;
        let input = std::mem::replace(&mut helper.input, Box::pin(tokio::io::sink()));
        let output = std::mem::replace(&mut helper.output, Box::pin(tokio::io::empty()));
        match Wire::open(input, output).await {
            Ok(wire) => Ok(Launched { wire, keep: Box::new(()) }),
            Err(error) => {
                let said = helper.complaints();
                let said = if said.is_empty() { said } else { format!(": {said}") };
                Err(failed(format!("{error}{said}")))
            }
        }
    }

    async fn addresses(&self, target: &Instance) -> Result<Vec<IpAddr>, String> {
        let Some(container) = &target.container else { return Ok(Vec::new()) };
        let found = self.containers()?.engine().inspect(&container.id).await;
        let found =
            found.map_err(|error| format!("the addresses of {} are not known: {error}", target.name))?;
        Ok(found.networks.values().filter_map(|network| network.address).collect())
    }

    fn life(&self, target: &Instance) -> Option<String> {
        let container = target.container.as_ref().filter(|_| target.alive)?;
        Some(format!("{} {}", container.id, container.started_at))
    }
}

/// The helper's image, made if it is not there: from this program itself. `wanted`: another image, which must be there.
pub async fn helper_image(
    engine: &Engine,
    wanted: Option<&str>,
    program: &Path,
    progress: &(dyn Fn(String) + Sync),
) -> Result<String, String> {
    if let Some(image) = wanted {
        return match engine.has_image(image).await.map_err(|error| error.to_string())? {
            true => Ok(image.to_owned()),
            false => Err(format!(
                "the helper image {image} is not on the engine's machine; pull or build it first"
            )),
        };
    }
    let failed = |error: String| {
        format!(
            "the image for network helpers cannot be made: {error}\n  make one that runs `shakedown net-helper` (this version) and \
             name it with --helper-image"
        )
    };
    let tag = helper_tag(program).map_err(|error| failed(error.to_string()))?;
    if engine.has_image(&tag).await.map_err(|error| failed(error.to_string()))? {
        return Ok(tag);
    }
    progress(format!("making the image {tag} for network helpers (once for each version)"));
    let archive = std::env::temp_dir().join(format!("shakedown-helper-{}.tar", std::process::id()));
    let written = {
        let (program, archive) = (program.to_owned(), archive.clone());
        tokio::task::spawn_blocking(move || helper_archive(&program, &archive)).await
    };
    let made = match written {
        Ok(Ok(entry)) => {
            let entry = serde_json::to_string(&entry).unwrap_or_default();
            let changes = [format!("ENTRYPOINT {entry}")];
            engine.import_image(&tag, &archive, &changes).await.map_err(|error| failed(error.to_string()))
        }
        Ok(Err(error)) => Err(failed(error.to_string())),
        Err(error) => Err(failed(error.to_string())),
    };
    // Only a copy of this program: nobody misses it, and the next temporary clean-up takes it if this cannot.
    let _ = std::fs::remove_file(&archive);
    made.map(|()| tag)
}
