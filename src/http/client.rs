//! Sends requests, one worker thread's worth of them.

use super::connect::Deadlines;
use super::watch::Watch;
use super::{ClientConfig, Exchange, Origin, Pool, Request, Version};
use super::{h1, h2};
use crate::event::Clock;
use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

/// How much is read at once. Buffers are shared by all connections of a client, which therefore stay small when idle.
const READ_BUFFER: usize = 64 << 10;

/// Sends requests. One per worker thread, used inside a tokio `LocalSet` (or local runtime) of a current-thread runtime.
pub struct Client {
    shared: Shared,
}

/// What all exchanges of a client have in common.
pub(crate) struct Shared {
    pub(crate) config: Arc<ClientConfig>,
    pub(crate) clock: Clock,
    pub(crate) watch: Watch,
    /// Where reads go; what is in it is used up before anything else can run.
    pub(crate) read: RefCell<Box<[u8]>>,
    /// The head that came last.
    pub(crate) known: RefCell<h1::Known>,
    /// A buffer to write a request into, lent to one exchange at a time; others make their own.
    pub(crate) write: RefCell<Vec<u8>>,
}

impl Client {
    /// A client whose times are on `clock`.
    pub fn new(config: Arc<ClientConfig>, clock: Clock) -> Client {
        Client {
            shared: Shared {
                config,
                clock,
                watch: Watch::new(clock),
                read: RefCell::new(vec![0; READ_BUFFER].into_boxed_slice()),
                known: RefCell::default(),
                write: RefCell::default(),
            },
        }
    }

    /// An empty set of connections.
    pub fn pool(&self) -> Pool {
        Pool::default()
    }

    /// Sends one request once, on an idle connection of the pool or a new one, and waits for the whole response.
    ///
    /// `timeout` covers everything, connecting included. Nothing is ever sent a second time: a pooled connection found dead
    /// before a byte of the request was written is replaced, every other trouble ends the exchange. Dropping the future
    /// closes the connection.
    ///
    /// # Panics
    /// Outside a tokio `LocalSet` or local runtime.
    pub async fn send(&self, pool: &Pool, origin: &Origin, request: &Request, timeout: Duration) -> Exchange {
        let begun = self.shared.clock.now();
        let deadlines = Deadlines { overall: begun + timeout, timeout };
        let ticket = self.shared.watch.enter(deadlines.overall);
        match self.shared.config.version {
            Version::Http1 => {
                h1::send(&self.shared, pool, origin, request, &ticket, (begun, deadlines)).await
            }
            Version::Http2 => {
                Box::pin(h2::send(&self.shared, pool, origin, request, &ticket, deadlines)).await
            }
        }
    }

    /// Ends every exchange in flight now, with [`ErrorKind::InFlight`](crate::event::ErrorKind::InFlight), and later ones at
    /// once with nothing sent. There is no way back.
    pub fn cut(&self) {
        self.shared.watch.cut();
    }
}
