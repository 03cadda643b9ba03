//! The kinds of faults, one file each, and how a plan's fault becomes one of them.

mod all;
mod container;
mod counts;
mod disconnect;
mod dns;
mod down;
mod exec;
mod kill;
mod limit;
mod network;
mod on_link;
mod packets;
mod partition;
mod pause;
mod reached;
mod redirect;
mod remove;
mod restart;
mod scale;
mod stop;
#[cfg(all(test, target_os = "linux"))]
mod tests;

pub(super) use on_link::as_instance;

use super::fault::Fault;
use crate::plan::model::{FaultSpec, FaultTarget};
use crate::stack::LinkFault;
use std::sync::Arc;

/// The kind that a plan's fault is of, by its word in the plan. Exactly one may be there.
pub(super) fn kind(spec: &FaultSpec) -> Result<&'static str, String> {
    let kinds = [
        ("kill", spec.kill.is_some()),
        ("stop", spec.stop.is_some()),
        ("pause", spec.pause.is_some()),
        ("restart", spec.restart.is_some()),
        ("remove", spec.remove.is_some()),
        ("disconnect", spec.disconnect.is_some()),
        ("scale", spec.scale.is_some()),
        ("limit", spec.limit.is_some()),
        ("exec", spec.exec.is_some()),
        ("packets", spec.packets.is_some()),
        ("partition", spec.partition.is_some()),
        ("dns", spec.dns.is_some()),
        ("http", spec.http.is_some()),
        ("toxic", spec.toxic.is_some()),
    ];
    let named: Vec<&'static str> = kinds.iter().filter(|(_, there)| *there).map(|(name, _)| *name).collect();
    match named.as_slice() {
        [one] => Ok(one),
        [] => Err(format!(
            "fault `{}` does not say what it does; add `kill`, `stop`, `pause` or `restart`",
            spec.id
        )),
        many => Err(format!(
            "fault `{}` does several things ({}); make a fault of each",
            spec.id,
            many.join(", ")
        )),
    }
}

/// A fault that can be applied, with whom it strikes.
pub(super) struct Built {
    pub fault: Arc<dyn Fault>,
    pub victims: Victims,
}

/// Whom a fault strikes.
pub(super) enum Victims {
    /// Chosen by the plan's `target`.
    Chosen(FaultTarget),
    /// The services and instances of these names, all of them.
    Named(Vec<String>),
}

/// The fault itself.
pub(super) fn build(spec: &FaultSpec) -> Result<Built, String> {
    kind(spec)?;
    let built = |fault: Arc<dyn Fault>, target| Ok(Built { fault, victims: Victims::Chosen(target) });
    if let Some(kill) = &spec.kill {
        let fault = kill::Kill::new(kill.signal.as_deref())
            .map_err(|error| format!("fault `{}`: {error}", spec.id))?;
        return built(Arc::new(fault), kill.target());
    }
    for (process, fault) in [
        (&spec.stop, Arc::new(stop::Stop) as Arc<dyn Fault>),
        (&spec.pause, Arc::new(pause::Pause)),
        (&spec.restart, Arc::new(restart::Restart)),
        (&spec.remove, Arc::new(remove::Remove)),
        (&spec.disconnect, Arc::new(disconnect::Disconnect)),
    ] {
        let Some(process) = process else { continue };
        if process.signal.is_some() {
            return Err(format!(
                "fault `{}`: `signal` belongs to `kill`; `{}` has its own",
                spec.id,
                fault.kind()
            ));
        }
        return built(fault, process.target());
    }
    if let Some(limit) = &spec.limit {
        let fault = limit::Limit { cpus: limit.cpus, memory: limit.memory.map(|size| size.0) };
        return built(Arc::new(fault), limit.target.clone());
    }
    if let Some(exec) = &spec.exec {
        let fault = exec::Exec { command: exec.command.clone(), heal: exec.heal.clone() };
        return built(Arc::new(fault), exec.target.clone());
    }
    if let Some(scale) = &spec.scale {
        let target = FaultTarget { service: Some(scale.service.clone()), ..FaultTarget::default() };
        return built(Arc::new(scale::Scale { to: scale.to }), target);
    }
    let on_streams = match (&spec.toxic, &spec.http) {
        (Some(toxic), _) => Some(LinkFault::Toxic(toxic.clone())),
        (None, http) => http.clone().map(LinkFault::Http),
    };
    if let Some(fault) = on_streams {
        if spec.is_on_link() {
            let target = on_link::target(fault.link());
            return built(Arc::new(on_link::OnLink::new(&spec.id, fault)), target);
        }
        let redirect = redirect::redirect(&spec.id, &fault);
        let (fault, target) = redirect.map_err(|error| format!("fault `{}`: {error}", spec.id))?;
        return built(Arc::new(fault), target);
    }
    network(spec)
}

/// The faults that live in the targets' network namespaces.
fn network(spec: &FaultSpec) -> Result<Built, String> {
    let (fault, victims) = if let Some(packets) = &spec.packets {
        let victims = match &packets.between {
            Some(between) => Victims::Named(between.from.iter().cloned().collect()),
            None => Victims::Chosen(packets.target.clone()),
        };
        (packets::packets(&spec.id, packets), victims)
    } else if let Some(partition) = &spec.partition {
        (partition::partition(&spec.id, partition), Victims::Named(partition::victims(partition)))
    } else if let Some(dns) = &spec.dns {
        let fault = dns::dns(&spec.id, dns).map_err(|error| format!("fault `{}`: {error}", spec.id))?;
        (fault, Victims::Chosen(dns.target.clone()))
    } else {
        return Err(format!("fault `{}` does nothing", spec.id));
    };
    Ok(Built { fault: Arc::new(fault), victims })
}
