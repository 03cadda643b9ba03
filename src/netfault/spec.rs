//! What a helper is armed with: the parts of faults that fall to one network namespace.

use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// One fault's part in one namespace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// The fault's id; unique among the parts of a helper.
    pub id: String,
    /// What it does.
    #[serde(flatten)]
    pub sort: Sort,
}

/// What a part does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "sort", rename_all = "kebab-case")]
pub enum Sort {
    /// Packets are delayed, lost, changed, reordered or slowed.
    Packets {
        /// Which way.
        direction: Direction,
        /// Which of them.
        only: Selector,
        /// What happens to them.
        trouble: Trouble,
    },
    /// Nothing from these addresses arrives any more.
    Wall {
        /// Who cannot be heard.
        from: Vec<IpAddr>,
    },
    /// The namespace's own look-ups fail.
    Dns {
        /// The names, and all below them; empty: all names.
        names: Vec<String>,
        /// What becomes of the question.
        becomes: LookUp,
    },
    /// Connections to one of the namespace's own ports lead through a proxy from the moment this is armed, and meet trouble
    /// there while it is in force.
    Redirect {
        /// The port.
        port: u16,
        /// The trouble, in the words of whoever serves the connections ([`super::Streams`]).
        what: serde_json::Value,
    },
}

/// Which way packets go, as the target sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// To the target.
    In,
    /// From the target.
    Out,
    /// Both.
    Both,
}

impl Direction {
    /// Whether it covers packets that arrive.
    pub fn has_in(self) -> bool {
        self != Direction::Out
    }

    /// Whether it covers packets that leave.
    pub fn has_out(self) -> bool {
        self != Direction::In
    }
}

/// Which packets: those that fit every limit given.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Selector {
    /// From or to one of these addresses; empty: any.
    #[serde(default)]
    pub peers: Vec<IpAddr>,
    /// TCP or UDP, from or to this port; `None`: any packet.
    #[serde(default)]
    pub port: Option<u16>,
}

/// What happens to packets. Shares are from 0 to 1, times in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Trouble {
    /// Every packet comes so much later.
    #[serde(default)]
    pub delay: u64,
    /// And up to so much later still, drawn evenly.
    #[serde(default)]
    pub jitter: u64,
    /// This share is lost.
    #[serde(default)]
    pub loss: f64,
    /// In this share one bit is changed.
    #[serde(default)]
    pub corrupt: f64,
    /// This share skips the delay, and so overtakes the others.
    #[serde(default)]
    pub reorder: f64,
    /// No more bytes than this per second; 0: no limit.
    #[serde(default)]
    pub rate: u64,
}

impl Trouble {
    /// Whether packets must be taken one by one as the wire carries them, and not as the large pieces in which the kernel
    /// hands them on: a lost piece would be dozens of lost packets.
    pub fn wants_single_packets(&self) -> bool {
        self.loss > 0.0 || self.corrupt > 0.0 || self.reorder > 0.0 || self.rate > 0
    }
}

/// What becomes of a look-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LookUp {
    /// It is answered REFUSED.
    Refused,
    /// It is answered NXDOMAIN: there is no such name.
    NoSuchName,
    /// It is never answered.
    Dropped,
    /// It goes on its way so many nanoseconds later.
    Delayed(u64),
}
