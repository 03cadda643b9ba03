//! What a run is given and what it gives back.

use super::Interrupt;
use crate::chaos::StateDir;
use crate::plan::Loaded;
use crate::record::Observer;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Numbers that whoever watches a run may read at any time.
#[derive(Debug, Default)]
pub struct Watch {
    in_flight: AtomicU64,
}

impl Watch {
    /// Users in flight.
    pub fn in_flight(&self) -> u64 {
        self.in_flight.load(Ordering::Relaxed)
    }

    pub(super) fn set_in_flight(&self, users: u64) {
        self.in_flight.store(users, Ordering::Relaxed);
    }
}

/// Everything that a run needs.
pub struct Job {
    /// The plan, read and checked.
    pub loaded: Loaded,
    /// The overrides that are folded into it, as they were written; for the manifest.
    pub overrides: Vec<String>,
    /// The name of the counter-run, if it is one.
    pub counter: Option<String>,
    /// The folder under which the run folder is made.
    pub reports: PathBuf,
    /// Where locks and journals are kept.
    pub state: StateDir,
    /// This program, for the sentinel and for `${shakedown}`.
    pub program: PathBuf,
    /// The image for network helpers, if not the one that is made of this program.
    pub helper_image: Option<String>,
    /// Hosts outside loopback to which load may go.
    pub allowed_targets: Vec<String>,
    /// Whether the record gets the path of every request, as a JTL wants it.
    pub keep_targets: bool,
    /// Whether leftovers of an earlier run are healed first.
    pub heal_first: bool,
    /// Who watches.
    pub observers: Vec<Box<dyn Observer>>,
    /// Numbers for whoever watches.
    pub watch: Arc<Watch>,
    /// How the user ends it before its time.
    pub interrupt: Interrupt,
}

/// How a run ended. The record says the rest.
#[derive(Clone, Debug, PartialEq)]
pub struct RunEnd {
    /// The run folder.
    pub folder: PathBuf,
    /// Why there was no load at all: the stack did not come up, or setup failed.
    pub never_loaded: Option<String>,
    /// Why it ended before its time.
    pub aborted: Option<String>,
    /// What could not be healed or taken down.
    pub unhealed: Vec<String>,
    /// Whether the user interrupted it.
    pub interrupted: bool,
    /// Why the record is not whole.
    pub write_failure: Option<String>,
}

/// Why a run did not begin.
#[derive(Clone, Debug, PartialEq)]
pub enum RunError {
    /// The machine, the plan's files or the deployment are not ready; nothing was touched.
    Preflight(String),
    /// The record could not be closed.
    Record(String),
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RunError::Preflight(message) | RunError::Record(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for RunError {}
