//! What a proxy counts.

use super::item::Stream;
use std::sync::OnceLock;
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
    /// The first thing that failed at a limit of the proxy itself: open files, places for connections.
    pub own_limit: OnceLock<String>,
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

/// What a toxic or an HTTP rule has met and struck since it was added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Tally {
    /// Connections (requests, of a rule) that came by it.
    pub seen: u64,
    /// Those of them to which it did something.
    pub struck: u64,
    /// Bytes that went into it on connections that it strikes; 0 for a rule.
    #[serde(default)]
    pub bytes: u64,
}

/// The same, while it is being counted.
#[derive(Debug, Default)]
pub(super) struct Counted {
    pub seen: AtomicU64,
    pub struck: AtomicU64,
    pub bytes: AtomicU64,
}

impl Counted {
    pub(super) fn tally(&self) -> Tally {
        Tally {
            seen: self.seen.load(Relaxed),
            struck: self.struck.load(Relaxed),
            bytes: self.bytes.load(Relaxed),
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
