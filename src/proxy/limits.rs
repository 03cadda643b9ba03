//! Every limit of the proxy, in one place. Nothing here grows without a bound.

use std::time::Duration;

/// Open connections of one proxy. Beyond it new ones wait in the kernel's backlog.
pub const CONNECTIONS: usize = 16_384;
/// The kernel's backlog of connections not yet accepted.
pub const BACKLOG: u32 = 4_096;
/// How long a dial to the upstream may take.
pub const DIAL: Duration = Duration::from_secs(30);
/// Proxies of one server.
pub const PROXIES: usize = 4_096;
/// Toxics of one proxy.
pub const TOXICS: usize = 256;
/// Bytes of a request to the interface.
pub const BODY: usize = 4 * 1024 * 1024;
/// The smallest and the largest buffer of one direction of a connection: it grows only where data comes in bulk.
pub const BUFFER: (usize, usize) = (4 * 1024, 64 * 1024);
/// The largest chunk that toxics see (Toxiproxy's own).
pub const CHUNK: usize = 32 * 1024;
/// What a `latency` toxic holds back at most: chunks (Toxiproxy's own number) and bytes. When it is full, nothing more is read.
pub const HELD: (usize, usize) = (1_024, 8 * 1024 * 1024);
/// No wait of a toxic is longer; times beyond are taken for it.
pub const WAIT: Duration = Duration::from_secs(365 * 24 * 3600);
/// How often the upstream is looked at where a proxy refuses while it is down.
pub const LOOK: Duration = Duration::from_millis(250);
/// After an error of `accept` (no file descriptors left) it is tried again so much later.
pub const ACCEPT_AGAIN: Duration = Duration::from_millis(10);
/// The head of an HTTP message, and its number of fields. A larger one is passed on unread, and so is all that follows.
pub const HEAD: (usize, usize) = (64 * 1024, 256);
/// HTTP rules of one proxy.
pub const RULES: usize = 256;
