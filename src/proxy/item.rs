//! What flows through one direction of a connection.

use bytes::Bytes;
use tokio::time::Instant;

/// Data, or the end of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Item {
    /// Some bytes.
    Data(Chunk),
    /// Nothing follows.
    End(End),
}

/// Bytes as they were read in one piece.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Chunk {
    pub(crate) bytes: Bytes,
    /// When the toxic before let them go; before the first toxic, when they were read. Delays count from here.
    pub(crate) since: Instant,
}

impl Item {
    /// The same item, let go at `now`: what comes next counts from then.
    pub(super) fn let_go(self, now: Instant) -> Item {
        match self {
            Item::Data(chunk) => Item::Data(Chunk { since: now, ..chunk }),
            end @ Item::End(_) => end,
        }
    }
}

/// How a direction ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The sender has no more to say; the other direction goes on.
    HalfClose,
    /// The connection is closed, both ways.
    Close,
    /// The connection is reset (RST), both ways.
    Reset,
}

/// The direction of a stream, as seen from the proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stream {
    /// From the client to the upstream.
    Upstream,
    /// From the upstream to the client.
    Downstream,
}

impl Stream {
    /// By its name, in whatever case.
    pub fn named(name: &str) -> Option<Stream> {
        match name.to_ascii_lowercase().as_str() {
            "upstream" => Some(Stream::Upstream),
            "downstream" => Some(Stream::Downstream),
            _ => None,
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Stream::Upstream => "upstream",
            Stream::Downstream => "downstream",
        }
    }
}
