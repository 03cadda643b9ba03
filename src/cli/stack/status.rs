//! `shakedown stack status`.

use super::super::{Stop, output};
use super::Which;
use super::subject::{Subject, engine};
use crate::stack::Instance;
use crate::stack::docker::engine::{Container, Health, State, services_of};
use std::fmt::Write;

/// Shows the instances of a project, running or not.
pub(super) async fn main(which: &Which) -> Result<(), Stop> {
    let project = Subject::of(which)?.project();
    let all = engine().await?.of_project(&project).await.map_err(Stop::deployment)?;
    if all.is_empty() {
        return Err(Stop::deployment(format!(
            "the project `{project}` has no container; `shakedown stack up` it"
        )));
    }
    let mut text = String::new();
    let services = services_of(&all);
    for container in &all {
        let ports: Vec<String> =
            container.published.iter().map(|port| format!("{} → {}", port.host, port.port)).collect();
        let name = container.instance(&services).unwrap_or_default();
        let _ =
            writeln!(text, "{name:<20} {:<12} {:<28} {}", state(container), container.name, ports.join(", "));
    }
    output::result(&text);
    Ok(())
}

/// The instances of a stack that is up.
pub(super) fn table(instances: &[Instance]) -> String {
    let mut text = String::new();
    for instance in instances {
        let address = instance.address.map(|address| address.to_string()).unwrap_or_default();
        let state = if instance.alive { "ready" } else { "done" };
        let _ = writeln!(text, "{:<20} {state:<8} {address}", instance.name);
    }
    text
}

fn state(container: &Container) -> &'static str {
    match (container.state, container.health) {
        (State::Running, Some(Health::Healthy)) => "healthy",
        (State::Running, Some(Health::Unhealthy)) => "unhealthy",
        (State::Running, Some(Health::Starting)) => "starting",
        (State::Running, None) => "running",
        (State::Paused, _) => "paused",
        (State::Restarting, _) => "restarting",
        (State::Created, _) => "created",
        (State::Exited, _) if container.exit_code == 0 => "ended",
        (State::Exited, _) => "failed",
    }
}
