//! Whom a fault strikes: services that exist, instances that they have.

use super::Findings;
use super::fault_network::is_nobody;
use super::find::must_exist;
use crate::plan::Plan;
use crate::plan::model::{Between, FaultSpec, FaultTarget, OneOrMany, ServiceSpec, StackKind};

pub(super) fn check(plan: &Plan, fault: &FaultSpec, path: &str, found: &mut Findings<'_>) {
    for (kind, process) in fault.on_processes() {
        one(plan, &process.target(), &format!("{path}.{kind}"), found);
    }
    let at_port = !fault.is_on_link() && plan.stack.kind == StackKind::Compose;
    let targets = [
        ("limit", fault.limit.as_ref().map(|fault| &fault.target)),
        ("exec", fault.exec.as_ref().map(|fault| &fault.target)),
        ("packets", fault.packets.as_ref().map(|fault| &fault.target).filter(|_| !is_link(fault))),
        ("dns", fault.dns.as_ref().map(|fault| &fault.target)),
        ("http", fault.http.as_ref().filter(|_| at_port).map(|fault| &fault.target)),
        ("toxic", fault.toxic.as_ref().filter(|_| at_port).map(|fault| &fault.target)),
    ];
    for (kind, target) in targets {
        if let Some(target) = target {
            one(plan, target, &format!("{path}.{kind}.target"), found);
        }
    }
    if let Some(scale) = &fault.scale {
        service(plan, &scale.service, &format!("{path}.scale.service"), found);
    }
    if let Some(packets) = &fault.packets {
        for (i, peer) in packets.peers.iter().enumerate() {
            instance_or_service(plan, peer, &format!("{path}.packets.peers[{i}]"), found);
        }
        if let Some(Between { from, to }) = &packets.between {
            groups(plan, [from, to], &format!("{path}.packets.between"), found);
        }
    }
    if let Some(partition) = &fault.partition {
        groups(plan, [&partition.from, &partition.to], &format!("{path}.partition"), found);
    }
}

/// Whether it strikes a link between two groups, and no target of its own.
fn is_link(fault: &FaultSpec) -> bool {
    fault.packets.as_ref().is_some_and(|packets| packets.between.is_some() && is_nobody(&packets.target))
}

fn groups(plan: &Plan, groups: [&OneOrMany<String>; 2], path: &str, found: &mut Findings<'_>) {
    for (side, group) in ["from", "to"].into_iter().zip(groups) {
        for (i, name) in group.iter().enumerate() {
            instance_or_service(plan, name, &format!("{path}.{side}[{i}]"), found);
        }
    }
}

/// The service of this name. A compose file may have services that the plan does not list.
fn service<'p>(plan: &'p Plan, name: &str, path: &str, found: &mut Findings<'_>) -> Option<&'p ServiceSpec> {
    let services = &plan.stack.services;
    if plan.stack.kind != StackKind::Compose {
        must_exist(found, path, "service", name, services.iter().map(|service| service.name.as_str()));
    }
    services.iter().find(|service| service.name == name)
}

fn instance_or_service(plan: &Plan, name: &str, path: &str, found: &mut Findings<'_>) {
    let is_instance = plan.stack.services.iter().any(|service| {
        let number = name.strip_prefix(&service.name).and_then(|rest| rest.strip_prefix('-'));
        number
            .and_then(|number| number.parse().ok())
            .is_some_and(|number: u32| (1..=service.instances).contains(&number))
    });
    if !is_instance {
        service(plan, name, path, found);
    }
}

fn one(plan: &Plan, target: &FaultTarget, path: &str, found: &mut Findings<'_>) {
    if target.service.is_none() && target.label.is_none() {
        let help =
            "name it: `service = \"node\"`, with `index = 1` or `choose = 1` for some of its instances";
        found.error(path, "it strikes nobody", help);
    }
    if target.choose.is_some() && target.share.is_some() {
        found.error(format!("{path}.share"), "`choose` and `share` both say how many", "leave one of them");
    }
    let instances = target
        .service
        .as_ref()
        .and_then(|name| service(plan, name, &format!("{path}.service"), found))
        .map(|s| s.instances);
    let named: Vec<u32> = target.index.iter().flat_map(|index| index.iter().copied()).collect();
    for index in &named {
        let beyond = instances.filter(|instances| index > instances);
        if *index == 0 {
            found.error(format!("{path}.index"), "instances are counted from 1", "write 1 for the first");
        } else if let Some(instances) = beyond {
            let message = format!("there is no instance {index}: the service has {}", plural(instances));
            found.error(format!("{path}.index"), message, format!("write a number from 1 to {instances}"));
        }
    }
    if target.index.is_some() && named.is_empty() {
        found.error(
            format!("{path}.index"),
            "an empty list of instances strikes nobody",
            "name at least one: `index = 1`",
        );
    }
    let from = if named.is_empty() { instances } else { u32::try_from(named.len()).ok() };
    match target.choose {
        Some(0) => found.error(format!("{path}.choose"), "it strikes nobody", "write 1 or more"),
        Some(choose) => {
            if let Some(from) = from.filter(|from| choose > *from) {
                let message = format!("it cannot choose {choose} of {}", plural(from));
                found.error(format!("{path}.choose"), message, format!("write a number from 1 to {from}"));
            }
        }
        None => {}
    }
    if target.share.is_some_and(|share| share.0 == 0.0) {
        found.error(format!("{path}.share"), "a share of 0% strikes nobody", "write a share above 0%");
    }
}

fn plural(instances: u32) -> String {
    if instances == 1 { "1 instance".into() } else { format!("{instances} instances") }
}
