//! A fault's part on one target, while its peers are names still.

use super::Addresses;
use crate::netfault::{Part, Sort};
use std::net::IpAddr;

/// A part to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Sketch {
    /// The target instance.
    pub on: String,
    /// The fault's id.
    pub id: String,
    /// The instances whose addresses belong into it.
    pub peers: Vec<String>,
    /// What it does; its addresses are filled in.
    pub sort: Sort,
}

impl Sketch {
    /// With the peers' addresses. A peer that has none is left out; where that leaves nobody, a wall keeps nobody out, and
    /// packets "of these peers" are none: an address that no packet has stands for that.
    pub fn filled(&self, addresses: &Addresses) -> Part {
        let mut found: Vec<IpAddr> =
            self.peers.iter().filter_map(|peer| addresses.get(peer)).flatten().copied().collect();
        found.sort_unstable();
        found.dedup();
        let mut sort = self.sort.clone();
        match &mut sort {
            Sort::Wall { from } => *from = found,
            Sort::Packets { only, .. } if !self.peers.is_empty() => {
                only.peers = if found.is_empty() { vec![NOBODY] } else { found };
            }
            Sort::Packets { .. } | Sort::Dns { .. } | Sort::Redirect { .. } => {}
        }
        Part { id: self.id.clone(), sort }
    }
}

/// Reserved for documentation (RFC 5737).
const NOBODY: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 255));

#[cfg(test)]
mod tests {
    use super::*;
    use crate::netfault::{Direction, Selector, Trouble};

    fn sketch(sort: Sort, peers: &[&str]) -> Sketch {
        let peers = peers.iter().map(|peer| (*peer).to_owned()).collect();
        Sketch { on: "web-1".into(), id: "slow".into(), peers, sort }
    }

    fn packets() -> Sort {
        Sort::Packets { direction: Direction::Both, only: Selector::default(), trouble: Trouble::default() }
    }

    fn peers_of(part: &Part) -> Vec<String> {
        match &part.sort {
            Sort::Packets { only, .. } => only.peers.iter().map(ToString::to_string).collect(),
            Sort::Wall { from } => from.iter().map(ToString::to_string).collect(),
            Sort::Dns { .. } | Sort::Redirect { .. } => Vec::new(),
        }
    }

    #[test]
    fn names_become_addresses_once_each() {
        let address = |text: &str| text.parse::<IpAddr>().expect("an address");
        let addresses = Addresses::from([
            ("db-1".to_owned(), vec![address("10.0.0.2"), address("10.1.0.2")]),
            ("db-2".to_owned(), vec![address("10.0.0.2")]),
            ("web-1".to_owned(), vec![address("10.0.0.9")]),
        ]);
        for sort in [packets(), Sort::Wall { from: Vec::new() }] {
            let part = sketch(sort, &["db-1", "db-2", "gone-1"]).filled(&addresses);
            assert_eq!(peers_of(&part), ["10.0.0.2", "10.1.0.2"]);
        }
    }

    #[test]
    fn peers_that_are_gone_do_not_turn_into_everybody() {
        assert_eq!(peers_of(&sketch(packets(), &["gone-1"]).filled(&Addresses::new())), ["192.0.2.255"]);
        assert_eq!(peers_of(&sketch(packets(), &[]).filled(&Addresses::new())), [""; 0]);
    }
}
