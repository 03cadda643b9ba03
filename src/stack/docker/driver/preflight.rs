//! Everything that can be known before anything is touched: the engine, Compose, the file, the project, the images.

use super::inventory::Inventory;
use super::switches::{Switches, switches};
use super::{ComposeStack, Inner};
use crate::plan::model::StackSpec;
use crate::stack::docker::compose::{Compose, Program};
use crate::stack::docker::engine::{Address, Engine};
use crate::stack::docker::project_name;
use crate::stack::{Context, StackError};
use std::collections::BTreeMap;
use std::net::{IpAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

/// Checks all of it and returns the stack; nothing has been touched. `name` names the project where the plan does not.
pub async fn preflight(spec: &StackSpec, name: &str, context: Context) -> Result<ComposeStack, StackError> {
    let environment = context.environment.clone();
    // What the plan itself has wrong is told first: it is the same with and without an engine.
    let switches = switches(spec, &|variable| environment(variable))?;
    let file = file(spec, &context)?;
    let address = Address::from_environment(&|variable| environment(variable));
    let engine = Engine::connect(&address).await?;
    let project = project_name(spec.project.as_deref(), name);
    let compose = match file {
        Some(file) => Some(compose(spec, file, &project, &switches).await?),
        None => None,
    };
    match &compose {
        Some(compose) => images(&engine, compose).await?,
        None if !switches.env.is_empty() => {
            return Err(StackError::new(
                "`stack.env` changes containers, and that needs the compose file: name it by `stack.file`",
            ));
        }
        None => {}
    }
    if spec.attach {
        known(&engine, &project).await?;
    }
    let order = spec.services.iter().map(|service| service.name.clone()).collect();
    let ports = spec.services.iter().filter(|service| service.port > 0);
    let ports: BTreeMap<String, u16> = ports.map(|service| (service.name.clone(), service.port)).collect();
    let inner = Inner {
        spec: spec.clone(),
        project,
        inventory: Inventory::new(order, ports, remote(&address)),
        engine,
        compose,
        context,
        hands: Arc::default(),
        expectations: Default::default(),
        found_running: AtomicBool::new(false),
        found_volumes: AtomicBool::new(false),
    };
    Ok(ComposeStack { inner: Arc::new(inner), tasks: Mutex::new(Vec::new()) })
}

/// The plan's compose file. `None`: attached, without a file.
fn file(spec: &StackSpec, context: &Context) -> Result<Option<PathBuf>, StackError> {
    let Some(file) = &spec.file else { return Ok(None) };
    let file: PathBuf = context.plan_directory.join(file);
    if !file.is_file() {
        return Err(StackError::new(format!(
            "there is no compose file {}; `stack.file` is relative to the plan",
            file.display()
        )));
    }
    Ok(Some(file))
}

/// Compose with the plan's file.
async fn compose(
    spec: &StackSpec,
    file: PathBuf,
    project: &str,
    switches: &Switches,
) -> Result<Compose, StackError> {
    Ok(Compose {
        program: Program::find().await?,
        file,
        project: project.to_owned(),
        profiles: spec.profiles.clone(),
        env: switches.env.clone(),
        secrets: switches.secrets.clone(),
    })
}

/// Every image is here, or is built from a Dockerfile. A run pulls nothing: what is tested is what is on the machine.
async fn images(engine: &Engine, compose: &Compose) -> Result<(), StackError> {
    let mut missing = Vec::new();
    let services = compose.services().await?.into_iter();
    for (service, config) in services.filter(|(_, config)| config.is_in(&compose.profiles)) {
        let Some(image) = config.image.filter(|_| !config.builds) else { continue };
        if !engine.has_image(&image).await? {
            missing.push(format!("`{image}` of the service `{service}`"));
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    Err(StackError::new(format!(
        "images are missing on the engine's machine: {}; a run pulls nothing, so build or pull them first (`{} -f {} pull`)",
        missing.join(", "),
        compose.program,
        compose.file.display()
    )))
}

/// The project to attach to has containers.
async fn known(engine: &Engine, project: &str) -> Result<(), StackError> {
    let projects = engine.projects().await?;
    if projects.contains(project) {
        return Ok(());
    }
    let there: Vec<String> = projects.into_iter().collect();
    let there = if there.is_empty() {
        "there is no Compose project at all".to_owned()
    } else {
        format!("there are {}", there.join(", "))
    };
    Err(StackError::new(format!(
        "there is no Compose project `{project}` to attach to: {there}; bring it up first, or write `attach = false`"
    )))
}

/// Where the engine's machine is, if it is not this one.
fn remote(address: &Address) -> Option<IpAddr> {
    let rest =
        ["tcp://", "http://", "https://"].iter().find_map(|scheme| address.host.strip_prefix(scheme))?;
    let mut found = rest.trim_end_matches('/').to_socket_addrs().ok()?;
    found.next().map(|found| found.ip()).filter(|ip| !ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_on_loopback_is_this_machine() {
        assert_eq!(remote(&Address::new("unix:///var/run/docker.sock")), None);
        assert_eq!(remote(&Address::new("tcp://127.0.0.1:2375")), None);
        assert_eq!(remote(&Address::new("tcp://10.1.2.3:2375")), Some([10, 1, 2, 3].into()));
    }
}
