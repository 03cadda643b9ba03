//! What the deployment did by itself.

use serde::{Deserialize, Serialize};

/// A change of an instance that no fault of ours explains, or that a fault of ours caused and the driver saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StackChange {
    /// It was started.
    Started,
    /// Its readiness check passed.
    Ready,
    /// It ended.
    Exited,
    /// Its readiness check failed after it had been ready.
    NotReady,
    /// The kernel killed it for want of memory.
    OomKilled,
}

/// A change of one instance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StackEvent {
    /// The instance: `node-1`.
    pub instance: String,
    /// What changed.
    pub change: StackChange,
    /// More of it: exit code, signal, last log line.
    pub detail: Option<String>,
}
