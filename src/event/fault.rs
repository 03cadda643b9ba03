//! What the chaos controller did.

use super::{Nanos, Struck};
use serde::{Deserialize, Serialize};

/// How far one occurrence of a fault has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultStage {
    /// The timeline has reached it; the action starts.
    Started,
    /// Confirmed to be in force.
    Applied,
    /// It could not be applied.
    ApplyFailed,
    /// A target that had lost it, because it was started anew, has it again.
    Renewed,
    /// It ended before its heal was due (its target restarted or vanished).
    EndedEarly,
    /// The heal begins.
    HealStarted,
    /// Confirmed to be gone.
    Healed,
    /// It could not be healed.
    HealFailed,
}

/// One step in the life of one occurrence of a fault on its targets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FaultEvent {
    /// The plan's id of the fault.
    pub id: String,
    /// 0 for the first time this fault strikes, then 1, 2, … where it repeats.
    pub occurrence: u32,
    /// The kind: `kill`, `pause`, …
    pub kind: String,
    /// What it struck: instance names.
    pub targets: Vec<String>,
    /// How far it has come.
    pub stage: FaultStage,
    /// When the timeline wanted this stage (apply or heal); absent where nothing was planned.
    pub planned: Option<Nanos>,
    /// What happened, in words; for failures the reason.
    pub detail: Option<String>,
    /// What it struck, told when it is healed, ends early or could not be applied. Absent: nothing is told with this stage, or
    /// the record is of a version that did not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub struck: Option<Struck>,
}
