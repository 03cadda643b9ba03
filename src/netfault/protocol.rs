//! The words between the harness and a helper: one JSON object per line, one answer to each order, in order.

use super::spec::Part;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a helper is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Order {
    /// These are the parts that may come; rules are laid, nothing happens to any packet yet. What was armed before is
    /// replaced. Parts in force stay in force, and must be at their places still: their peers may have changed, and nothing else.
    Arm {
        /// The parts.
        parts: Vec<Part>,
    },
    /// A part comes into force, with this seed. Its packets count from 0 again.
    Apply {
        /// Its id.
        id: String,
        /// The seed of its choices.
        seed: u64,
    },
    /// A part is over. What it holds goes on at once. One that is not in force is left alone.
    Heal {
        /// Its id.
        id: String,
    },
    /// Only an answer is wanted.
    Stats,
    /// Everything is healed and taken back, and the helper ends.
    Quit,
}

/// A helper's first line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The version of the program; harness and helper must be the same.
    pub hello: String,
}

/// A helper's answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// Why the order was not carried out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What the parts in force have done to packets since they were applied, by id. The answer to `heal` still has the part.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub counts: BTreeMap<String, Counts>,
    /// What was lost because there was no room, since the helper started.
    #[serde(default)]
    pub overflow: Overflow,
    /// Packets that wait now.
    #[serde(default)]
    pub held: u64,
    /// Live connections that this order has cut: those older than the redirect of their port.
    #[serde(default)]
    pub cut: u64,
}

/// What a part has done, by direction. Connections or requests that a proxy strikes count as arriving.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// To packets that arrived.
    #[serde(rename = "in")]
    pub arriving: Count,
    /// To packets that left.
    #[serde(rename = "out")]
    pub leaving: Count,
    /// Why the part's count is not known, where it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uncounted: Option<String>,
}

/// Numbers of packets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// That the part decided on.
    pub seen: u64,
    /// Lost on purpose, or answered in the server's place.
    pub lost: u64,
    /// Changed.
    pub corrupted: u64,
    /// That skipped the delay.
    pub reordered: u64,
    /// Lost because the limited rate had more waiting than two seconds' worth.
    pub no_room: u64,
    /// Those of `seen` to which the part did anything at all: lost, changed, late, or before others.
    #[serde(default)]
    pub struck: u64,
}

/// Packets that were lost though no fault said so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overflow {
    /// Too many bytes were waiting already.
    pub bytes: u64,
    /// The kernel's queue was full.
    pub queue: u64,
    /// The helper did not read fast enough.
    pub socket: u64,
    /// Packets whose time had come and that could not be sent.
    #[serde(default)]
    pub unsent: u64,
}

impl Overflow {
    /// All of them.
    pub fn total(&self) -> u64 {
        self.bytes + self.queue + self.socket + self.unsent
    }
}

#[cfg(test)]
mod tests {
    use super::super::spec::{Direction, LookUp, Selector, Sort, Trouble};
    use super::*;
    use serde_json::json;

    #[test]
    fn orders_are_single_lines_and_come_back_as_they_were() {
        let trouble = Trouble { delay: 100_000_000, loss: 0.01, ..Trouble::default() };
        let only = Selector { peers: vec!["10.0.0.1".parse().expect("an address")], port: Some(5432) };
        let becomes = LookUp::Delayed(5);
        let parts = vec![
            Part { id: "slow".into(), sort: Sort::Packets { direction: Direction::In, only, trouble } },
            Part { id: "cut".into(), sort: Sort::Wall { from: vec!["::1".parse().expect("an address")] } },
            Part { id: "names\n".into(), sort: Sort::Dns { names: vec!["db".into()], becomes } },
            Part {
                id: "web".into(),
                sort: Sort::Redirect { port: 80, what: json!({"toxic": {"type": "x"}}) },
            },
        ];
        for order in [
            Order::Arm { parts },
            Order::Apply { id: "slow".into(), seed: u64::MAX },
            Order::Heal { id: "slow".into() },
            Order::Stats,
            Order::Quit,
        ] {
            let line = serde_json::to_string(&order).expect("it is told");
            assert!(!line.contains('\n'), "{line}");
            assert_eq!(serde_json::from_str::<Order>(&line).expect("it is understood"), order);
        }
    }

    #[test]
    fn an_answer_may_be_empty() {
        assert_eq!(serde_json::from_str::<Answer>("{}").expect("an answer"), Answer::default());
    }
}
