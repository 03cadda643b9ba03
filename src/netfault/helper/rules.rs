//! The rules that parts need in their namespace.

use super::raw::{COPIED, FORGED};
use crate::netfault::nft::{Chain, Hook, Rule};
use crate::netfault::packet::{TCP, UDP};
use crate::netfault::spec::{Part, Selector, Sort};
use crate::netfault::{Direction, dns};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// The queues of both directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Numbers {
    pub arriving: u16,
    pub leaving: u16,
}

impl Numbers {
    /// Numbers that are tried, in order. Other programs like the small ones.
    pub(super) fn candidates() -> impl Iterator<Item = Numbers> {
        (0..8).map(|pair| Numbers { arriving: 40_100 + 2 * pair, leaving: 40_101 + 2 * pair })
    }
}

/// Whether the part takes packets from a queue, arriving and leaving.
pub(super) fn queues(sort: &Sort) -> (bool, bool) {
    match sort {
        Sort::Packets { direction, .. } => (direction.has_in(), direction.has_out()),
        Sort::Dns { .. } => (false, true),
        Sort::Wall { .. } | Sort::Redirect { .. } => (false, false),
    }
}

/// Ports of the namespace whose connections are led away, and the ports to which.
pub(super) type Led = BTreeMap<u16, u16>;

/// The chains that are there from the beginning. Those that hand packets to the queues change nothing until somebody listens
/// there; those that lead connections away lead them to a proxy that lets everything pass.
pub(super) fn chains(parts: &[Part], numbers: Numbers, led: &Led, native: bool) -> Vec<Chain> {
    let mut arriving = Vec::new();
    // What was held and goes on is not held again.
    let mut leaving = vec![Rule::default().marked(COPIED).accept()];
    let mut untracked = Vec::new();
    for part in parts {
        match &part.sort {
            Sort::Packets { direction, only, .. } => {
                let queue = |rule: Rule, number| rule.queue(number, native);
                if direction.has_in() {
                    let rules = selected(only, Direction::In, led).into_iter();
                    arriving.extend(rules.map(|rule| queue(rule, numbers.arriving)));
                }
                if direction.has_out() {
                    let rules = selected(only, Direction::Out, led).into_iter();
                    leaving.extend(rules.map(|rule| queue(rule, numbers.leaving)));
                }
            }
            Sort::Dns { .. } => {
                let to_servers =
                    [UDP, TCP].map(|protocol| Rule::default().protocol(protocol).destination_port(dns::PORT));
                leaving.extend(to_servers.map(|rule| rule.queue(numbers.leaving, native)));
                untracked = vec![Rule::default().marked(FORGED).untracked()];
            }
            Sort::Wall { .. } | Sort::Redirect { .. } => {}
        }
    }
    let led_away = led.iter().map(|(port, to)| {
        Rule::default().not_from_loopback().protocol(TCP).destination_port(*port).redirect(*to)
    });
    [
        ("led-away", Hook::Beginning, led_away.collect()),
        ("untracked", Hook::BeforeLeaving, untracked),
        ("arriving", Hook::Arriving, arriving),
        ("leaving", Hook::Leaving, if leaving.len() > 1 { leaving } else { Vec::new() }),
    ]
    .into_iter()
    .filter(|(_, _, rules)| !rules.is_empty())
    .map(|(name, hook, rules)| Chain { name: name.into(), hook, rules })
    .collect()
}

/// A rule for every way in which a packet can be meant.
fn selected(only: &Selector, way: Direction, led: &Led) -> Vec<Rule> {
    let base = match way {
        Direction::In => Rule::default().not_from_loopback(),
        _ => Rule::default().not_to_loopback(),
    };
    let peers: Vec<Rule> = match only.peers.as_slice() {
        [] => vec![base],
        peers => peers.iter().map(|peer| of_peer(base.clone(), *peer, way)).collect(),
    };
    let Some(port) = only.port else { return peers };
    // What leaves by way of the proxy still has the proxy's port here, and gets the real one further on.
    let proxy = led.get(&port).copied().filter(|_| way == Direction::Out);
    let by_port = |rule: Rule| {
        let of_proxy = proxy.map(|proxy| rule.clone().protocol(TCP).source_port(proxy));
        let either = [TCP, UDP].into_iter().flat_map(move |protocol| {
            let rule = rule.clone().protocol(protocol);
            [rule.clone().source_port(port), rule.destination_port(port)]
        });
        either.chain(of_proxy)
    };
    peers.into_iter().flat_map(by_port).collect()
}

fn of_peer(rule: Rule, peer: IpAddr, way: Direction) -> Rule {
    if way == Direction::In { rule.from(peer) } else { rule.to(peer) }
}

/// The chain of a wall: whatever comes from these addresses is lost, live connections' packets too.
pub(super) fn wall(place: usize, from: &[IpAddr]) -> Chain {
    let rules =
        from.iter().map(|address| Rule::default().not_from_loopback().from(*address).counted().drop());
    Chain { name: wall_name(place), hook: Hook::BeforeArriving, rules: rules.collect() }
}

/// Its name.
pub(super) fn wall_name(place: usize) -> String {
    format!("wall-{place}")
}
