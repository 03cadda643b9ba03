//! A published port that moves when its container starts again.
//!
//! With `ports: ["8080"]` the engine chooses a free port of the host at each start. A plan whose fault starts such a container again
//! would go on sending to the old port, and the deployment would be charged with refused connections to the end. Such a plan is
//! refused before the load.

use crate::chaos::first_victims;
use crate::plan::Loaded;
use crate::plan::model::FaultSpec;
use crate::stack::{Instance, Stack};

/// Refuses a plan that uses the address of a port that one of its faults moves.
///
/// # Errors
/// Which fault, which port, and what to write in the compose file.
pub(super) fn refuse(loaded: &Loaded, stack: &dyn Stack) -> Result<(), String> {
    let Some(containers) = stack.containers() else { return Ok(()) };
    let moving = containers.moving_ports();
    if moving.is_empty() {
        return Ok(());
    }
    let faults: Vec<FaultSpec> =
        loaded.plan.faults.iter().filter(|fault| starts_again(fault)).cloned().collect();
    let instances = stack.instances();
    // What is wrong with the faults themselves is told where they are armed.
    let Ok(victims) = first_victims(&faults, &instances, loaded.plan.seed) else { return Ok(()) };
    for (fault, names) in victims {
        let of_same_service = |one: &&(Instance, _)| {
            let struck = |name: &String| instances.iter().find(|other| other.name == *name);
            names.iter().filter_map(struck).any(|struck| struck.service == one.0.service)
        };
        for (instance, ports) in moving.iter().filter(of_same_service) {
            if !uses_address(&loaded.text, instance) {
                continue;
            }
            let ports: Vec<String> = ports.iter().map(u16::to_string).collect();
            let port = ports.first().cloned().unwrap_or_default();
            return Err(format!(
                "fault `{fault}` starts {} again, and its published port ({}) moves with each start: the engine chooses the host's \
                 port. Requests would go on to the old one. Publish a fixed port in the compose file, as in \
                 `ports: [\"127.0.0.1:18080:{port}\"]`",
                instance.name,
                ports.join(", ")
            ));
        }
    }
    Ok(())
}

/// Kinds after which a container has been started, or joined to a network, anew.
fn starts_again(fault: &FaultSpec) -> bool {
    fault.kill.is_some()
        || fault.stop.is_some()
        || fault.restart.is_some()
        || fault.remove.is_some()
        || fault.disconnect.is_some()
        || fault.scale.is_some()
}

/// Whether the plan's text has the address of this instance or of its service.
fn uses_address(text: &str, instance: &Instance) -> bool {
    [&instance.name, &instance.service].iter().any(|name| text.contains(&format!("${{{name}.")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::planned_instances;

    #[test]
    fn addresses_are_found_by_instance_and_by_service() {
        let stack = toml::from_str("[[service]]\nname='web'\ncommand=['x']").expect("a stack");
        let web = &planned_instances(&stack)[0];
        assert!(uses_address("url = \"http://${web.address}\"", web));
        assert!(uses_address("url = \"http://${web-1.8080.address}\"", web));
        assert!(!uses_address("url = \"http://${website.address}\"", web));
    }
}
