//! `toxic` and `http` on containers: connections to one of their ports lead through a proxy in their own network namespace, from
//! before the load on, and meet the trouble there.

use super::network::Network;
use crate::chaos::helpers::told;
use crate::chaos::links::toxin;
use crate::netfault::Sort;
use crate::plan::model::FaultTarget;
use crate::stack::LinkFault;

/// The fault of this id, and whom it strikes; the error says what is missing.
pub(super) fn redirect(id: &str, fault: &LinkFault) -> Result<(Network, FaultTarget), String> {
    let (kind, victims, port) = match fault {
        LinkFault::Toxic(toxic) => {
            toxin::toxic(id, toxic)?;
            ("toxic", &toxic.target, toxic.port)
        }
        LinkFault::Http(http) => {
            toxin::rule(id, http)?;
            ("http", &http.target, http.port)
        }
    };
    let port = port.ok_or_else(|| format!("`{kind}` on containers needs their `port`"))?;
    let sort = Sort::Redirect { port, what: told(fault)? };
    Ok((Network::on_each(kind, id, victims, sort), victims.clone()))
}
