//! Where the driver makes its children known, so that somebody else can end them if we vanish.

use serde::{Deserialize, Serialize};

/// A process that we started. Its process group has the same number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Child {
    /// The instance: `node-1`.
    pub instance: String,
    /// The process id.
    pub pid: u32,
    /// When it started, in the kernel's own count; together with the pid it names one process for good. 0: unknown.
    pub start_time: u64,
}

/// Keeps the list of children that live. Both calls may block for as long as a write to disk takes.
pub trait Ledger: Send + Sync {
    /// A child was started. An error means that nobody could end it in our place: it is ended at once.
    fn born(&self, child: &Child) -> Result<(), String>;
    /// A child and its whole group are gone.
    fn gone(&self, child: &Child);
}

/// Keeps nothing: for tests, and for runs that nobody watches over.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoLedger;

impl Ledger for NoLedger {
    fn born(&self, _: &Child) -> Result<(), String> {
        Ok(())
    }
    fn gone(&self, _: &Child) {}
}
