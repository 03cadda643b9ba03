//! The parts of a run.

use serde::{Deserialize, Serialize};

/// What the run is doing. Phases follow one another; each start is an event in the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// The deployment comes up.
    StackUp,
    /// The plan's `[setup]` steps.
    Setup,
    /// The state before the load is read.
    Baseline,
    /// Load whose operations are excluded from objectives.
    Warmup,
    /// Measured load.
    Load,
    /// No new arrivals; operations in flight get their grace period.
    Drain,
    /// Faults still active are healed.
    Heal,
    /// The final state is read.
    FinalRead,
    /// The plan's `[teardown]` steps.
    Teardown,
    /// The deployment goes down.
    StackDown,
    /// Over.
    Done,
}
