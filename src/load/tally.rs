//! A worker's counts, for whoever watches from outside.

use std::sync::atomic::{AtomicU64, Ordering};

/// A number that one thread writes and others read.
#[derive(Debug, Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    /// Adds. For the owning thread alone: a load and a store are enough, and cheaper than a locked addition.
    #[inline]
    pub(crate) fn add(&self, more: u64) {
        self.0.store(self.0.load(Ordering::Relaxed) + more, Ordering::Relaxed);
    }

    /// Takes one away; for the owning thread alone.
    #[inline]
    pub(crate) fn take_one(&self) {
        self.0.store(self.0.load(Ordering::Relaxed).saturating_sub(1), Ordering::Relaxed);
    }

    /// The number.
    #[inline]
    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The counts of one worker, on cache lines of their own (two, as processors fetch them in pairs).
#[derive(Debug, Default)]
#[repr(align(128))]
pub(crate) struct Tally {
    /// Sessions that were due or, in a closed load, begun.
    pub(crate) planned: Count,
    /// Sessions started.
    pub(crate) started: Count,
    /// Sessions that could not start.
    pub(crate) dropped: Count,
    /// Sessions under way.
    pub(crate) in_flight: Count,
}
