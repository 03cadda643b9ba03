//! The lines of a journal.

use crate::stack::Child;
use crate::stack::docker::{Address, Remedy};
use serde::{Deserialize, Serialize};

/// A line of the journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// When it was written: milliseconds since 1970-01-01 UTC.
    pub at: i64,
    /// The run that it belongs to.
    pub run: String,
    /// What it says.
    #[serde(flatten)]
    pub entry: Entry,
}

/// What a line says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "entry", rename_all = "kebab-case")]
pub enum Entry {
    /// A run began.
    Run {
        /// The process that leads it.
        pid: u32,
        /// Its start time.
        start_time: u64,
        /// The boot of the machine: start times count from it.
        boot: String,
    },
    /// A child was started.
    Born(Child),
    /// A child and its group are gone.
    Gone(Child),
    /// A fault will be applied now; this is how to heal it.
    Applying {
        /// The fault's id.
        id: String,
        /// Its occurrence.
        occurrence: u32,
        /// Its kind.
        fault: String,
        /// Whom it strikes.
        targets: Vec<String>,
        /// What heals it if nobody else does. Empty: ending the children is enough.
        heal: Vec<Heal>,
    },
    /// It is in force.
    Applied {
        /// The fault's id.
        id: String,
        /// Its occurrence.
        occurrence: u32,
    },
    /// It is gone, or was never in force.
    Healed {
        /// The fault's id.
        id: String,
        /// Its occurrence.
        occurrence: u32,
    },
    /// The sentinel, or `shakedown heal`, has reverted what the run left.
    Reverted {
        /// `sentinel` or `heal`.
        by: String,
        /// What was done.
        did: Vec<String>,
        /// What could not be.
        left: Vec<String>,
    },
    /// The run ended in order; nothing of it is left.
    Clean,
}

/// How something is undone by whoever comes after us. Each kind may be carried out any number of times.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Heal {
    /// A paused process, and its group, runs on.
    Resume {
        /// The process.
        pid: u32,
        /// Its start time.
        start_time: u64,
    },
    /// A process ends, and with it its group.
    EndGroup {
        /// The process.
        pid: u32,
        /// Its start time.
        start_time: u64,
    },
    /// A container is put right by its engine.
    Container {
        /// Where the engine is.
        engine: Address,
        /// How.
        #[serde(flatten)]
        remedy: Remedy,
    },
}
