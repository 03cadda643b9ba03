//! One request and its response on one connection.

use super::checkout::checkout;
use super::decoder::{Decoder, Limits};
use super::{Flaw, request};
use crate::event::{ErrorKind, Nanos, Sent};
use crate::http::client::Shared;
use crate::http::connect::Deadlines;
use crate::http::stream::Stream;
use crate::http::watch::Ticket;
use crate::http::{Exchange, Origin, Pool, Request, Trouble, trouble};
use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Write buffers larger than this are not kept.
const KEEP_BUFFER: usize = 64 << 10;

/// Carries out one request over HTTP/1.1. `begun` is now.
pub(crate) async fn send(
    shared: &Shared,
    pool: &Pool,
    origin: &Origin,
    request: &Request,
    ticket: &Ticket<'_>,
    (begun, deadlines): (Nanos, Deadlines),
) -> Exchange {
    let mut head = shared.write.take();
    head.clear();
    let joined = match request::write(&mut head, origin, request) {
        Ok(joined) => joined,
        Err(trouble) => return Exchange::unsent(begun, trouble),
    };
    let body = if joined { &[][..] } else { &request.body[..] };
    let lane = pool.lane(origin);
    let _under_way = pool.begin(lane);
    let mut now = begun;
    loop {
        let (mut stream, used) = match pool.take(lane) {
            Some(stream) => (stream, true),
            // Connecting is rare and its state large: boxed, so that every exchange need not carry it.
            None => match Box::pin(checkout(shared, (pool, lane), origin, ticket, deadlines)).await {
                Ok(found) => found,
                Err(trouble) => return Exchange::unsent(shared.clock.now(), trouble),
            },
        };
        if !used {
            now = shared.clock.now();
        }
        let limits = Limits { head: shared.config.max_head, body: shared.config.max_body };
        let mut wire = Wire {
            shared,
            ticket,
            timeout: deadlines.timeout,
            mark: stream.written(),
            stream: &mut stream,
            used,
            head: &mut head,
            body,
            accepted: 0,
            flushed: false,
            now,
            sent: None,
            first_byte: None,
            bytes: 0,
            reads: 0,
            decoder: Decoder::new(request.method == "HEAD", limits),
            write_error: None,
        };
        let ended = poll_fn(|cx| wire.poll(cx)).await;
        if let Ended::Stale = ended {
            pool.beware(lane);
            now = shared.clock.now();
            continue;
        }
        let (exchange, keep) = wire.finish(ended);
        if keep {
            pool.put(lane, stream);
        } else if used && exchange.bytes == 0 && exchange.result.is_err() {
            pool.beware(lane);
        }
        return exchange;
    }
}

/// How an exchange ended.
enum Ended {
    /// With a complete response; whether the connection can carry another.
    Complete { keep: bool },
    /// Without.
    Trouble(Trouble),
    /// Before a byte of it was written, on a connection that had died in the pool.
    Stale,
}

/// The state of one exchange on one connection.
struct Wire<'a> {
    shared: &'a Shared,
    ticket: &'a Ticket<'a>,
    timeout: Duration,
    stream: &'a mut Stream,
    /// Whether the connection has carried a request before.
    used: bool,
    /// What the socket had taken before this request.
    mark: u64,
    /// The request's head, and its body if that is small.
    head: &'a mut Vec<u8>,
    /// The body, if it is large.
    body: &'a [u8],
    /// How much of both the stream has accepted.
    accepted: usize,
    /// Whether all of it is with the socket.
    flushed: bool,
    /// The clock before the coming attempt to write.
    now: Nanos,
    sent: Option<Nanos>,
    first_byte: Option<Nanos>,
    bytes: u64,
    /// How many reads brought something.
    reads: u32,
    decoder: Decoder,
    write_error: Option<io::Error>,
}

impl Wire<'_> {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Ended> {
        if let Some(over) = self.ticket.over() {
            return Poll::Ready(Ended::Trouble(trouble::ended(over, self.timeout)));
        }
        if !self.flushed && self.write_error.is_none() {
            self.write(cx);
            if self.write_error.is_some() && self.used && self.sent.is_none() {
                return Poll::Ready(Ended::Stale);
            }
        }
        let polled = self.read(cx);
        if polled.is_pending() {
            self.ticket.wait(cx);
        }
        polled
    }

    /// Writes what the stream takes. An error is kept: the server may have answered before it closed.
    #[inline]
    fn write(&mut self, cx: &mut Context<'_>) {
        loop {
            let polled = self.write_some(cx);
            if self.sent.is_none() && self.stream.written() > self.mark {
                self.sent = Some(self.now);
            }
            match polled {
                Poll::Ready(Ok(())) if self.flushed => return self.give_back(),
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(error)) => {
                    self.write_error = Some(error);
                    return;
                }
                Poll::Pending => {
                    if self.sent.is_none() {
                        self.now = self.shared.clock.now();
                    }
                    return;
                }
            }
        }
    }

    /// All is written: the next exchange may have the buffer while this one waits.
    #[inline]
    fn give_back(&mut self) {
        if self.head.capacity() <= KEEP_BUFFER {
            self.shared.write.replace(std::mem::take(self.head));
        }
    }

    #[inline]
    fn write_some(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let stream = Pin::new(&mut *self.stream);
        let all = self.head.len() + self.body.len();
        if self.accepted == all {
            ready!(stream.poll_flush(cx))?;
            self.flushed = true;
            return Poll::Ready(Ok(()));
        }
        let polled = if self.body.is_empty() {
            stream.poll_write(cx, &self.head[self.accepted..])
        } else if self.accepted < self.head.len() {
            let parts = [IoSlice::new(&self.head[self.accepted..]), IoSlice::new(self.body)];
            stream.poll_write_vectored(cx, &parts)
        } else {
            stream.poll_write(cx, &self.body[self.accepted - self.head.len()..])
        };
        let length = ready!(polled)?;
        if length == 0 {
            return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
        }
        self.accepted += length;
        self.flushed = self.accepted == all && !self.stream.buffers();
        Poll::Ready(Ok(()))
    }

    /// Reads until the response is complete or nothing more is there.
    #[inline]
    fn read(&mut self, cx: &mut Context<'_>) -> Poll<Ended> {
        let (mut memory, mut known) = (self.shared.read.borrow_mut(), self.shared.known.borrow_mut());
        loop {
            let mut buffer = ReadBuf::new(&mut memory);
            if let Err(error) = ready!(Pin::new(&mut *self.stream).poll_read(cx, &mut buffer)) {
                return Poll::Ready(self.lost(trouble::broken(&error)));
            }
            let input = buffer.filled();
            if input.is_empty() {
                return Poll::Ready(self.closed());
            }
            if self.first_byte.is_none() {
                self.first_byte = Some(self.shared.clock.now());
            }
            self.reads = self.reads.saturating_add(1);
            match self.decoder.feed(input, &mut known) {
                Ok(progress) => {
                    self.bytes += progress.used as u64;
                    if progress.done {
                        // What follows the response was not asked for: such a connection is not used again.
                        let keep = self.decoder.keep() && self.flushed && progress.used == input.len();
                        return Poll::Ready(Ended::Complete { keep });
                    }
                }
                Err(Flaw(flaw)) => {
                    self.bytes += input.len() as u64;
                    return Poll::Ready(Ended::Trouble(Trouble::new(ErrorKind::Protocol, flaw)));
                }
            }
        }
    }

    fn closed(&mut self) -> Ended {
        if self.decoder.close() {
            return Ended::Complete { keep: false };
        }
        let detail = match self.bytes {
            0 => "the server closed the connection without a response".to_string(),
            bytes => format!("the server closed the connection after {bytes} bytes of the response"),
        };
        self.lost(Trouble::new(ErrorKind::Reset, detail))
    }

    /// The connection is gone before the response was complete.
    fn lost(&self, trouble: Trouble) -> Ended {
        if self.used && self.sent.is_none() { Ended::Stale } else { Ended::Trouble(trouble) }
    }

    fn finish(self, ended: Ended) -> (Exchange, bool) {
        let sent_state = match self.sent {
            None => Sent::Nothing,
            Some(_) if self.flushed => Sent::All,
            Some(_) => Sent::Part,
        };
        let status = self.decoder.status();
        let (result, keep) = match ended {
            Ended::Complete { keep } => (self.decoder.take().ok_or_else(incomplete), keep),
            Ended::Trouble(trouble) => (Err(Trouble { status, ..trouble }), false),
            Ended::Stale => (Err(incomplete()), false),
        };
        let end = match self.first_byte {
            // The usual case, a response that came in one piece, needs no second look at the clock.
            Some(first) if self.reads == 1 && result.is_ok() => first,
            _ => self.shared.clock.now(),
        };
        let Wire { sent, first_byte, bytes, .. } = self;
        (Exchange { sent, first_byte, end, sent_state, bytes, result }, keep)
    }
}

/// A response that ended without being complete: cannot come, the decoder says itself when it is done.
fn incomplete() -> Trouble {
    Trouble::new(ErrorKind::Protocol, "the response is not complete")
}
