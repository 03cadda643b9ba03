//! What a proxy's connections share.

use super::chain::{Chain, Place};
use super::counters::Counters;
use super::http::Rulebook;
use super::item::Stream;
use super::link::Link;
use super::toxic::Shelf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::io::{AsyncRead, AsyncWrite};

/// What a proxy's connections share, whatever its addresses are.
#[derive(Debug)]
pub(super) struct Shared {
    pub name: Arc<str>,
    /// Chance comes from it.
    pub seed: u64,
    pub shelf: Shelf,
    pub rulebook: Rulebook,
    pub counters: Counters,
    connections: AtomicU64,
}

impl Shared {
    pub(super) fn new(name: &str, seed: u64) -> Shared {
        Shared {
            name: name.into(),
            seed,
            shelf: Shelf::new(),
            rulebook: Rulebook::new(),
            counters: Counters::default(),
            connections: AtomicU64::new(0),
        }
    }

    /// The number of a new connection, from 0.
    pub(super) fn number(&self) -> u64 {
        self.connections.fetch_add(1, Ordering::Relaxed)
    }

    /// One direction of a connection.
    pub(super) fn link<R, W>(&self, reader: R, writer: W, stream: Stream, connection: u64) -> Link<'_, R, W>
    where
        R: AsyncRead + Unpin,
        W: AsyncWrite + Unpin,
    {
        let place = Place { seed: self.seed, proxy: Arc::clone(&self.name), connection, stream };
        Link::new(reader, writer, Chain::new(place), self.shelf.subscribe(), self.counters.of(stream))
    }
}
