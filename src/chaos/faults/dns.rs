//! `dns`: the targets' look-ups are refused, unanswered or late.

use super::network::Network;
use crate::chaos::helpers::Sketch;
use crate::chaos::target;
use crate::netfault::{LookUp, Sort};
use crate::plan::model::{DnsFault, FaultTarget};

/// The fault of this id; the error says which actions there are.
pub(super) fn dns(id: &str, spec: &DnsFault) -> Result<Network, String> {
    let sort = Sort::Dns { names: spec.names.clone(), becomes: becomes(spec)? };
    let (of, all) = (id.to_owned(), FaultTarget { choose: None, share: None, ..spec.target.clone() });
    Ok(Network {
        kind: "dns",
        id: id.to_owned(),
        draw: Box::new(move |instances| {
            let sketch = |one: crate::stack::Instance| Sketch {
                on: one.name,
                id: of.clone(),
                peers: Vec::new(),
                sort: sort.clone(),
            };
            Ok(target::choose(&all, instances, 0, &of, 0)?.into_iter().map(sketch).collect())
        }),
    })
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
