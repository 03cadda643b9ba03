//! From the plan's services to instances: names, numbers and ports, checked before anything is started.

use super::ports::Ports;
use crate::plan::model::{ServiceSpec, StackSpec};
use crate::plan::template::Reference;
use crate::stack::{Instance, StackError};
use std::collections::{BTreeMap, BTreeSet};

/// An instance as planned.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Planned {
    /// `node-1`.
    pub name: String,
    /// The place of its service in the plan.
    pub service: usize,
    /// From 1.
    pub index: u32,
    /// Its port; `None`: it has none.
    pub port: Option<u16>,
    /// Whether we chose the port, and may choose another one while nothing runs.
    pub chosen: bool,
}

/// The instances that this plan's services make, in order, as they are before anything runs: nothing is looked up,
/// no port is chosen. For choosing the targets of faults ahead of the run.
pub fn planned_instances(spec: &StackSpec) -> Vec<Instance> {
    let each = |service: &ServiceSpec| {
        let name = service.name.clone();
        (1..=service.instances).map(move |index| Instance {
            name: format!("{name}-{index}"),
            service: name.clone(),
            index,
            address: None,
            pid: None,
            alive: false,
            container: None,
        })
    };
    spec.services.iter().flat_map(each).collect()
}

/// Every instance with its port.
pub(super) fn layout(spec: &StackSpec, ports: &mut Ports) -> Result<Vec<Planned>, StackError> {
    if spec.services.is_empty() {
        return Err(StackError::new(
            "the stack has no service; add `[[stack.service]]` with `name` and `command`",
        ));
    }
    let mut all = Vec::new();
    for (place, service) in spec.services.iter().enumerate() {
        check(service)?;
        for index in 1..=service.instances {
            let (port, chosen) = port(service, index, ports)?;
            all.push(Planned {
                name: format!("{}-{index}", service.name),
                service: place,
                index,
                port,
                chosen,
            });
        }
    }
    names_differ(spec)?;
    fixed_ports_differ(&all)?;
    Ok(all)
}

fn check(service: &ServiceSpec) -> Result<(), StackError> {
    let name = &service.name;
    let wrong = |what: String| Err(StackError::new(format!("stack.service `{name}`: {what}")));
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')) {
        return wrong("a name is made of letters, digits, `-`, `_` and `.`: it names log files, too".into());
    }
    if service.command.is_empty() {
        return wrong("it has no `command`".into());
    }
    if service.instances == 0 {
        return wrong("`instances = 0` starts nothing; leave the service out instead".into());
    }
    if service.ready.http.is_some() && service.ready.tcp == Some(false) {
        return wrong("`ready` says both `http` and `tcp = false`; leave one out".into());
    }
    if has_port(service) && service.port == 0 && !mentions_port(service) {
        return wrong(
            "it is ready when its port answers, but nothing tells it its port: use `${port}` in `command` or `env`, \
             give a fixed `port`, or, if it has none, write `ready = { tcp = false }`"
                .into(),
        );
    }
    Ok(())
}

fn has_port(service: &ServiceSpec) -> bool {
    service.ready.tcp != Some(false) || service.port != 0 || mentions_port(service)
}

fn mentions_port(service: &ServiceSpec) -> bool {
    let texts = service.command.iter().chain(service.env.values());
    texts.flat_map(|text| text.references()).any(|reference| *reference == Reference::Name("port".into()))
}

fn port(service: &ServiceSpec, index: u32, ports: &mut Ports) -> Result<(Option<u16>, bool), StackError> {
    if !has_port(service) {
        return Ok((None, false));
    }
    if service.port == 0 {
        return ports.choose().map(|port| (Some(port), true)).map_err(StackError::new);
    }
    let port = u32::from(service.port) + index - 1;
    match u16::try_from(port) {
        Ok(port) => Ok((Some(port), false)),
        Err(_) => Err(StackError::new(format!(
            "stack.service `{}`: instance {index} would have port {port}; the highest is 65535",
            service.name
        ))),
    }
}

/// `node-1` may be a service's name or an instance's, not both: facts and log files would run together.
fn names_differ(spec: &StackSpec) -> Result<(), StackError> {
    let mut seen = BTreeSet::new();
    let services = spec.services.iter().map(|service| service.name.clone());
    let instances = planned_instances(spec).into_iter().map(|instance| instance.name);
    for name in services.chain(instances) {
        if !seen.insert(name.clone()) {
            return Err(StackError::new(format!(
                "the name `{name}` stands for two things in the stack; instances are called after their service: \
                 `name-1`, `name-2`, …"
            )));
        }
    }
    Ok(())
}

fn fixed_ports_differ(all: &[Planned]) -> Result<(), StackError> {
    let mut seen = BTreeMap::new();
    for planned in all {
        let Some(port) = planned.port else { continue };
        if let Some(other) = seen.insert(port, &planned.name) {
            return Err(StackError::new(format!(
                "{other} and {} both have port {port}; move one of them, or write `port = 0` for a free one",
                planned.name
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn laid_out(toml: &str) -> Result<Vec<Planned>, StackError> {
        let spec: StackSpec = toml::from_str(toml).expect(toml);
        layout(&spec, &mut Ports::starting_from("layout"))
    }

    #[test]
    fn instances_are_numbered_from_one_and_fixed_ports_follow() {
        let all =
            laid_out("[[service]]\nname='node'\ncommand=['x']\ninstances=3\nport=7000").expect("a layout");
        let names: Vec<_> = all.iter().map(|one| (one.name.as_str(), one.index, one.port)).collect();
        assert_eq!(names, [("node-1", 1, Some(7000)), ("node-2", 2, Some(7001)), ("node-3", 3, Some(7002))]);
    }

    #[test]
    fn ports_are_chosen_apart_where_they_are_wanted() {
        let all = laid_out(
            "[[service]]\nname='a'\ncommand=['x','${port}']\ninstances=2\n[[service]]\nname='b'\ncommand=['y']\n\
             ready={tcp=false}",
        )
        .expect("a layout");
        assert!(all[0].port.is_some() && all[1].port.is_some() && all[0].port != all[1].port);
        assert_eq!(all[2].port, None);
    }

    #[test]
    fn mistakes_are_named_before_anything_starts() {
        for (toml, word) in [
            ("", "no service"),
            ("[[service]]\nname='a'", "no `command`"),
            ("[[service]]\nname='a/b'\ncommand=['x']", "letters"),
            ("[[service]]\nname='a'\ncommand=['x']\ninstances=0", "starts nothing"),
            ("[[service]]\nname='a'\ncommand=['x']", "${port}"),
            ("[[service]]\nname='a'\ncommand=['x']\nready={http='/', tcp=false}", "both"),
            ("[[service]]\nname='a'\ncommand=['x']\nport=65535\ninstances=2", "65536"),
            (
                "[[service]]\nname='a'\ncommand=['x']\nport=7000\ninstances=2\n[[service]]\nname='b'\ncommand=['x']\n\
                 port=7001",
                "both have port 7001",
            ),
            (
                "[[service]]\nname='a'\ncommand=['x']\nport=1\n[[service]]\nname='a-1'\ncommand=['x']\nport=2",
                "two things",
            ),
        ] {
            let error = laid_out(toml).expect_err(toml);
            assert!(error.message.contains(word), "{toml}: {error}");
        }
    }
}
