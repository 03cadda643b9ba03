//! What a fault struck, as counted by what enforces it: the helper in the target's network namespace, the proxy, the engine.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// IP packets, in either direction.
    Packets,
    /// Questions to name servers.
    LookUps,
    /// HTTP requests.
    Requests,
    /// TCP connections.
    Connections,
    /// Processes of the deployment.
    Processes,
    /// Containers.
    Containers,
    /// Networks of a container.
    Networks,
    /// Instances of a service.
    Instances,
    /// Limits of a container.
    Limits,
    /// Commands.
    Commands,
}

/// How many were struck, of how many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tally {
    /// Those to which the fault did something.
    pub struck: u64,
    /// Those that it could have struck: that came by while it was in force, or that it was aimed at.
    pub seen: u64,
}

impl std::ops::Add for Tally {
    type Output = Tally;
    fn add(self, other: Tally) -> Tally {
        Tally { struck: self.struck.saturating_add(other.struck), seen: self.seen.saturating_add(other.seen) }
    }
}

/// What a fault struck on one of its targets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TargetStruck {
    /// The target's name.
    pub target: String,
    /// The count; absent: it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tally: Option<Tally>,
    /// How it was counted, or why it is not known, where that needs saying.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl TargetStruck {
    /// So many of so many on this target.
    pub fn counted(target: &str, struck: u64, seen: u64) -> TargetStruck {
        TargetStruck { target: target.to_owned(), tally: Some(Tally { struck, seen }), detail: None }
    }

    /// Not known, for this reason.
    pub fn not_known(target: &str, why: impl Into<String>) -> TargetStruck {
        TargetStruck { target: target.to_owned(), tally: None, detail: Some(why.into()) }
    }

    /// With something to say of it.
    #[must_use]
    pub fn said(self, detail: impl Into<String>) -> TargetStruck {
        TargetStruck { detail: Some(detail.into()), ..self }
    }
}

/// What one occurrence of a fault struck.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Struck {
    /// What is counted.
    pub unit: Unit,
    /// By target.
    pub targets: Vec<TargetStruck>,
}

impl Struck {
    /// The sum over the targets whose count is known.
    pub fn total(&self) -> Tally {
        self.targets.iter().filter_map(|target| target.tally).fold(Tally::default(), |sum, one| sum + one)
    }

    /// The targets whose count is not known.
    pub fn not_known(&self) -> impl Iterator<Item = &TargetStruck> {
        self.targets.iter().filter(|target| target.tally.is_none())
    }

    /// The targets on which nothing was struck.
    pub fn missed(&self) -> impl Iterator<Item = &TargetStruck> {
        self.targets.iter().filter(|target| target.tally.is_some_and(|tally| tally.struck == 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_add_up_and_those_not_known_are_told_apart() {
        let struck = Struck {
            unit: Unit::Packets,
            targets: vec![
                TargetStruck::counted("web-1", 3, 7),
                TargetStruck::counted("web-2", 0, 2),
                TargetStruck::not_known("web-3", "its helper is gone"),
            ],
        };
        assert_eq!(struck.total(), Tally { struck: 3, seen: 9 });
        assert_eq!(struck.missed().map(|one| one.target.as_str()).collect::<Vec<_>>(), ["web-2"]);
        assert_eq!(struck.not_known().count(), 1);
        let line = serde_json::to_string(&struck).expect("JSON");
        assert!(line.contains(r#""unit":"packets""#), "{line}");
        assert_eq!(serde_json::from_str::<Struck>(&line).expect("reads"), struck);
    }
}
