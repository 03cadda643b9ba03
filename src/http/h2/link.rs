//! One HTTP/2 connection.

use super::trouble;
use crate::http::Trouble;
use crate::http::client::Shared;
use crate::http::stream::Stream;
use bytes::Bytes;
use h2::client::{Builder, ResponseFuture, SendRequest};
use h2::{Error, SendStream};
use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::Notify;

/// Receive windows, in bytes: wide enough that flow control does not pace what is measured.
const STREAM_WINDOW: u32 = 2 << 20;
const CONNECTION_WINDOW: u32 = 16 << 20;

/// One HTTP/2 connection.
pub(crate) struct Link {
    sender: RefCell<SendRequest<Bytes>>,
    /// Exchanges under way.
    open: Cell<usize>,
    /// No further exchange may begin.
    retired: Cell<bool>,
    life: Rc<Life>,
}

/// What the task that drives the connection tells.
#[derive(Default)]
struct Life {
    meter: Rc<Meter>,
    changed: Notify,
    /// Why the connection ended, once it has.
    end: RefCell<Option<Trouble>>,
}

/// How much the socket took.
#[derive(Default)]
pub(crate) struct Meter {
    written: Cell<u64>,
    flushed: Cell<u64>,
}

impl Meter {
    /// Bytes that the socket has taken.
    pub(crate) fn written(&self) -> u64 {
        self.written.get()
    }

    /// What it had taken when last nothing more was waiting to be written.
    pub(crate) fn flushed(&self) -> u64 {
        self.flushed.get()
    }
}

impl Link {
    /// Begins HTTP/2 on a stream and waits for the server's settings, which say how many requests it takes at once.
    pub(crate) async fn open(shared: &Shared, stream: Stream) -> Result<Rc<Link>, Trouble> {
        let life = Rc::new(Life::default());
        let io = Observed { stream, meter: Rc::clone(&life.meter) };
        let (sender, connection) = Builder::new()
            .enable_push(false)
            .initial_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .max_header_list_size(u32::try_from(shared.config.max_head).unwrap_or(u32::MAX))
            .initial_max_send_streams(0)
            .handshake::<_, Bytes>(io)
            .await
            .map_err(|error| trouble::opening(&error))?;
        tokio::task::spawn_local(drive(connection, Rc::clone(&life)));
        loop {
            if sender.current_max_send_streams() > 0 {
                break;
            }
            let changed = life.changed.notified();
            if let Some(trouble) = life.end.borrow().clone() {
                return Err(trouble);
            }
            changed.await;
        }
        let sender = RefCell::new(sender);
        Ok(Rc::new(Link { sender, open: Cell::new(0), retired: Cell::new(false), life }))
    }

    /// Whether the connection is done for.
    pub(crate) fn is_over(&self) -> bool {
        self.retired.get() || self.life.end.borrow().is_some() || {
            let mut cx = Context::from_waker(Waker::noop());
            matches!(self.sender.borrow_mut().poll_ready(&mut cx), Poll::Ready(Err(_)))
        }
    }

    /// A place for one exchange, if the server takes one more.
    pub(crate) fn place(self: &Rc<Link>) -> Option<Place> {
        let allowed = self.sender.borrow().current_max_send_streams();
        if self.open.get() >= allowed {
            return None;
        }
        self.open.set(self.open.get() + 1);
        Some(Place { link: Rc::clone(self) })
    }
}

/// The right to one exchange on a connection; given back when dropped.
pub(crate) struct Place {
    link: Rc<Link>,
}

impl Place {
    /// Opens a stream. On an error nothing was written for it, and the connection takes no further ones.
    pub(crate) fn send(
        &self,
        request: http::Request<()>,
        ends: bool,
    ) -> Result<(ResponseFuture, SendStream<Bytes>), Error> {
        let sent = self.link.sender.borrow_mut().send_request(request, ends);
        if sent.is_err() {
            self.link.retired.set(true);
        }
        sent
    }

    /// How much the connection's socket took.
    pub(crate) fn meter(&self) -> &Meter {
        &self.link.life.meter
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.link.open.set(self.link.open.get() - 1);
    }
}

/// Reads and writes for a connection until it ends.
async fn drive(mut connection: h2::client::Connection<Observed, Bytes>, life: Rc<Life>) {
    let ended = poll_fn(|cx| {
        let polled = Pin::new(&mut connection).poll(cx);
        life.changed.notify_waiters();
        polled
    })
    .await;
    let trouble = match ended {
        Ok(()) => {
            Trouble::new(crate::event::ErrorKind::Connect, "HTTP/2: the server ended the new connection")
        }
        Err(error) => trouble::opening(&error),
    };
    life.end.replace(Some(trouble));
    life.changed.notify_waiters();
}

/// A stream whose meter others can read.
struct Observed {
    stream: Stream,
    meter: Rc<Meter>,
}

impl Observed {
    fn note<T>(&self, polled: Poll<T>) -> Poll<T> {
        self.meter.written.set(self.stream.written());
        polled
    }
}

impl AsyncRead for Observed {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Observed {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.note(polled)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write_vectored(cx, parts);
        self.note(polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.stream).poll_flush(cx);
        if let Poll::Ready(Ok(())) = polled {
            self.meter.flushed.set(self.stream.written());
        }
        self.note(polled)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.note(polled)
    }
}
