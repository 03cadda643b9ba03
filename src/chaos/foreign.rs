//! What runs have left on proxy servers that are not ours.

use super::heal::HealReport;
use super::journal::{Heal, OpenFault};
use super::links;
use crate::stack::Foreign;

/// Removes it. A server that does not answer holds nothing that can be known: that is left, and said.
pub(super) fn remove(faults: &[OpenFault], report: &mut HealReport) {
    for (fault, at, name, http) in all(faults) {
        match links::remove(&at, name, http) {
            Ok(true) => report.did.push(format!(
                "removed `{name}` from the proxy `{}` at {} (fault `{}`)",
                at.proxy, at.api, fault.id
            )),
            Ok(false) => {}
            Err(error) => {
                report.left.push(format!("fault `{}` on the proxy `{}`: {error}", fault.id, at.proxy))
            }
        }
    }
}

/// What is still there, a sentence each.
pub(super) fn left(faults: &[OpenFault]) -> Vec<String> {
    let mut left = Vec::new();
    for (fault, at, name, http) in all(faults) {
        match links::still_there(&at, name, http) {
            Ok(true) => left.push(format!(
                "fault `{}`: `{name}` is still on the proxy `{}` at {}",
                fault.id, at.proxy, at.api
            )),
            Ok(false) => {}
            Err(error) => left.push(format!("fault `{}` on the proxy `{}`: {error}", fault.id, at.proxy)),
        }
    }
    left
}

fn all(faults: &[OpenFault]) -> impl Iterator<Item = (&OpenFault, Foreign, &str, bool)> {
    faults.iter().rev().flat_map(|fault| {
        fault.heal.iter().filter_map(move |heal| match heal {
            Heal::Remove { api, proxy, name, http } => {
                Some((fault, Foreign { api: api.clone(), proxy: proxy.clone() }, name.as_str(), *http))
            }
            _ => None,
        })
    })
}
