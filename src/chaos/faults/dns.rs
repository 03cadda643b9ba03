//! `dns`: the targets' look-ups are refused, unanswered or late.

use super::network::Network;
use crate::netfault::{LookUp, Sort};
use crate::plan::model::DnsFault;

/// The fault of this id; the error says which actions there are.
pub(super) fn dns(id: &str, spec: &DnsFault) -> Result<Network, String> {
    let sort = Sort::Dns { names: spec.names.clone(), becomes: becomes(spec)? };
    Ok(Network::on_each("dns", id, &spec.target, sort))
}

fn becomes(spec: &DnsFault) -> Result<LookUp, String> {
    match spec.action.as_str() {
        "refuse" => Ok(LookUp::Refused),
        "nxdomain" => Ok(LookUp::NoSuchName),
        "drop" => Ok(LookUp::Dropped),
        "delay" => {
            let delay = spec.delay.unwrap_or_default();
            Ok(LookUp::Delayed(u64::try_from(delay.0.as_nanos()).unwrap_or(u64::MAX)))
        }
        other => Err(format!("`{other}` is no action; there are `refuse`, `nxdomain`, `drop` and `delay`")),
    }
}
