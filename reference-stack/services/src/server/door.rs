//! The door: so many connections at once, and one more is closed before it has said anything. A client that is let in
//! costs memory, so a flood of clients must not be let in without bound; and one that says nothing, and takes nothing, for
//! too long is closed, so that nobody keeps a place by silence.

use crate::metrics;
use axum::serve::Listener;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep, sleep};

/// See the file's head.
pub(super) struct Door {
    listener: TcpListener,
    room: Arc<Semaphore>,
    silence: Duration,
}

/// A connection that was let in; its place is free when it ends.
pub(super) struct Guest {
    stream: TcpStream,
    silence: Duration,
    /// When it has been silent for too long.
    until: Pin<Box<Sleep>>,
    _place: OwnedSemaphorePermit,
}

impl Door {
    /// A door for so many, each of whom may be silent for so long.
    pub(super) fn new(listener: TcpListener, most: usize, silence: Duration) -> Door {
        Door { listener, room: Arc::new(Semaphore::new(most)), silence }
    }
}

impl Guest {
    /// What came of reading or writing; an error if nothing has come of either for too long.
    fn heard<T>(&mut self, context: &mut Context<'_>, said: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if said.is_ready() {
            self.until.as_mut().reset(Instant::now() + self.silence);
            return said;
        }
        self.until.as_mut().poll(context).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl Listener for Door {
    type Io = Guest;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Guest, SocketAddr) {
        loop {
            // axum's own accept waits a moment when the process has no file left to open.
            let (stream, address) = Listener::accept(&mut self.listener).await;
            let Ok(place) = self.room.clone().try_acquire_owned() else {
                metrics::count("refshop_connections_refused_total", "");
                continue;
            };
            // A reply that leaves in two pieces must not wait for the acknowledgement of the first.
            let _ = stream.set_nodelay(true);
            let until = Box::pin(sleep(self.silence));
            return (Guest { stream, silence: self.silence, until, _place: place }, address);
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

impl AsyncRead for Guest {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let said = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.heard(context, said)
    }
}

impl AsyncWrite for Guest {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let said = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.heard(context, said)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let said = Pin::new(&mut self.stream).poll_write_vectored(context, pieces);
        self.heard(context, said)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
