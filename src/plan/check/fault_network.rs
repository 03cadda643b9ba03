//! Faults on packets, links and look-ups: something happens, to somebody, and the words fit together.

use super::Findings;
use super::find::must_exist;
use crate::plan::model::{DnsFault, FaultSpec, FaultTarget, OneOrMany, PacketFault, PartitionFault};

pub(super) fn check(fault: &FaultSpec, path: &str, found: &mut Findings<'_>) {
    if let Some(packets) = &fault.packets {
        check_packets(packets, &format!("{path}.packets"), found);
    }
    if let Some(partition) = &fault.partition {
        check_partition(partition, &format!("{path}.partition"), found);
    }
    if let Some(dns) = &fault.dns {
        check_dns(dns, &format!("{path}.dns"), found);
    }
}

fn check_packets(packets: &PacketFault, path: &str, found: &mut Findings<'_>) {
    if let Some(direction) = &packets.direction {
        must_exist(found, format!("{path}.direction"), "direction", direction, ["in", "out", "both"]);
    }
    let shares = [packets.loss, packets.corrupt, packets.reorder];
    let happens = shares.iter().flatten().any(|share| share.0 > 0.0)
        || [packets.delay, packets.jitter].iter().flatten().any(|time| !time.0.is_zero())
        || packets.rate.is_some();
    if !happens {
        let help =
            "add `delay = \"50ms\"`, `jitter`, `loss = \"1%\"`, `corrupt`, `reorder` or `rate = \"1MB\"`";
        found.error(path, "nothing happens to these packets", help);
    }
    let late = [packets.delay, packets.jitter].iter().flatten().any(|time| !time.0.is_zero());
    if packets.reorder.is_some() && !late {
        let help = "add `delay`: who is to overtake needs others that wait";
        found.error(format!("{path}.reorder"), "nothing is there to be overtaken", help);
    }
    if packets.rate.is_some_and(|rate| rate.0 == 0) {
        let help = "write how many bytes per second pass: `rate = \"128KB\"`; or use `loss = \"100%\"`";
        found.error(format!("{path}.rate"), "at 0 bytes per second nothing ever passes", help);
    }
    let Some(between) = &packets.between else { return };
    if !is_nobody(&packets.target) || !packets.peers.is_empty() {
        let help = "`between` says who is struck and by whose packets: leave `target` and `peers` out";
        found.error(format!("{path}.between"), "two ways to say whose packets are meant", help);
    }
    groups(&between.from, &between.to, &format!("{path}.between"), found);
}

fn check_partition(partition: &PartitionFault, path: &str, found: &mut Findings<'_>) {
    groups(&partition.from, &partition.to, path, found);
}

fn groups(from: &OneOrMany<String>, to: &OneOrMany<String>, path: &str, found: &mut Findings<'_>) {
    for (side, group) in [("from", from), ("to", to)] {
        if group.is_empty() {
            let help = "name a service, or an instance: `db`, `web-1`";
            found.error(format!("{path}.{side}"), "an empty group is cut off from nobody", help);
        }
    }
    if let Some(both) = from.iter().find(|name| to.iter().any(|other| other == *name)) {
        let message = format!("`{both}` is in both groups");
        found.error(format!("{path}.to"), message, "who is in one group cannot be in the other");
    }
}

fn check_dns(dns: &DnsFault, path: &str, found: &mut Findings<'_>) {
    let actions = ["refuse", "nxdomain", "drop", "delay"];
    must_exist(found, format!("{path}.action"), "action", &dns.action, actions);
    match (dns.action.as_str(), dns.delay) {
        ("delay", delay) if delay.is_none_or(|delay| delay.0.is_zero()) => {
            found.error(format!("{path}.action"), "delayed by nothing", "add `delay = \"2s\"`");
        }
        ("refuse" | "nxdomain" | "drop", Some(_)) => {
            let message = format!("`{}` delays nothing", dns.action);
            found.error(format!("{path}.delay"), message, "leave it out, or write `action = \"delay\"`");
        }
        _ => {}
    }
}

/// Whether a target names nobody at all.
pub(super) fn is_nobody(target: &FaultTarget) -> bool {
    let FaultTarget { service, index, label, choose, share } = target;
    service.is_none() && index.is_none() && label.is_none() && choose.is_none() && share.is_none()
}
