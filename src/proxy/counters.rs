//! What a proxy counts.

use super::item::Stream;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Bytes of one direction.
#[derive(Debug, Default)]
pub(super) struct Flow {
    /// Read.
    pub received: AtomicU64,
    /// Written.
    pub sent: AtomicU64,
}

/// All that a proxy counts.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub upstream: Flow,
    pub downstream: Flow,
    /// Connections accepted.
    pub accepted: AtomicU64,
    /// Connections that are open.
    pub open: AtomicU64,
    /// Dials to the upstream that failed.
    pub undialled: AtomicU64,
    /// Requests that an HTTP rule struck.
    pub struck: AtomicU64,
}

impl Counters {
    pub(super) fn of(&self, stream: Stream) -> &Flow {
        match stream {
            Stream::Upstream => &self.upstream,
            Stream::Downstream => &self.downstream,
        }
    }
}

/// Counts an open connection for as long as it lives.
pub(super) struct Open<'a>(&'a Counters);

impl Open<'_> {
    pub(super) fn count(counters: &Counters) -> Open<'_> {
        counters.open.fetch_add(1, Relaxed);
        Open(counters)
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Relaxed);
    }
}
