//! Where a worker's attempts go.

use crate::event::{Attempt, Exchange, Nanos};

/// Takes what the sessions of one worker did, on that worker's thread. Must not block.
pub trait AttemptSink {
    /// Takes one attempt.
    fn attempt(&self, attempt: Attempt);
    /// Takes a sample of an exchange that was not good and ended at `at`: bounded in size and number, secrets masked.
    fn exchange(&self, sample: Exchange, at: Nanos);
    /// The record's number for an instance of this name. Asked rarely: runners remember the answers.
    fn instance(&self, name: &str) -> u16;
}
