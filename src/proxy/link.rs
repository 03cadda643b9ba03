//! One direction of one connection: reads, lets the toxics have it, writes.
//!
//! Without toxics it copies, from one buffer. As soon as there are any, what is read goes through the [`Chain`].

use super::alarm::sleep_until;
use super::chain::Chain;
use super::counters::Flow;
use super::item::{Chunk, End, Item};
use super::limits;
use super::toxic::Toxics;
use bytes::{Buf, Bytes};
use std::sync::atomic::Ordering::Relaxed;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::watch;
use tokio::time::Instant;

/// How a direction is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Over {
    /// The sender has said all, and the receiver knows. The other direction goes on.
    Said,
    /// The receiver takes no more. What it has said itself may still be on its way: the other direction goes on.
    Unwritable,
    /// The whole connection is to be closed.
    Close,
    /// The whole connection is to be reset.
    Reset,
}

/// One direction.
pub(super) struct Link<'a, R, W> {
    reader: R,
    writer: W,
    chain: Chain,
    toxics: watch::Receiver<Toxics>,
    flow: &'a Flow,
    buffer: Vec<u8>,
    /// The sender has ended.
    read_all: bool,
}

impl<'a, R: AsyncRead + Unpin, W: AsyncWrite + Unpin> Link<'a, R, W> {
    pub(super) fn new(
        reader: R,
        writer: W,
        chain: Chain,
        toxics: watch::Receiver<Toxics>,
        flow: &'a Flow,
    ) -> Link<'a, R, W> {
        Link { reader, writer, chain, toxics, flow, buffer: vec![0; limits::BUFFER.0], read_all: false }
    }

    /// Carries this direction to its end.
    pub(super) async fn run(mut self) -> Over {
        self.sync(true);
        loop {
            let over = if self.chain.is_transparent() && !self.read_all {
                self.copy().await
            } else {
                self.shape().await
            };
            if let Some(over) = over {
                return over;
            }
        }
    }

    fn sync(&mut self, opening: bool) {
        let toxics = Toxics::clone(&self.toxics.borrow_and_update());
        self.chain.sync(&toxics, Instant::now(), opening);
    }

    /// Copies until the toxics change (`None`), or until it is over.
    async fn copy(&mut self) -> Option<Over> {
        loop {
            let read = tokio::select! {
                biased;
                read = self.reader.read(&mut self.buffer) => read,
                changed = self.toxics.changed() => {
                    self.sync(false);
                    return changed.err().map(|_| Over::Close);
                }
            };
            let length = self.took(read)?;
            // Toxics that were there before these bytes came hold for them.
            if self.toxics.has_changed().unwrap_or_default() {
                self.sync(false);
                self.feed(length);
                return None;
            }
            if let Some(over) = self.write_out(length).await? {
                return Some(over);
            }
            if length == self.buffer.len() && length < limits::BUFFER.1 {
                self.buffer.resize(length * 2, 0);
            }
        }
    }

    /// Writes the buffer's beginning. `Some(None)`: done; `None`: the toxics have changed, and the rest waits before them.
    async fn write_out(&mut self, length: usize) -> Option<Option<Over>> {
        let mut written = 0;
        while written < length {
            let wrote = tokio::select! {
                biased;
                wrote = self.writer.write(&self.buffer[written..length]) => wrote,
                _ = self.toxics.changed() => {
                    let bytes = Bytes::copy_from_slice(&self.buffer[written..length]);
                    self.chain.put_first(Item::Data(Chunk { bytes, since: Instant::now() }));
                    self.sync(false);
                    return None;
                }
            };
            let Ok(more @ 1..) = wrote else { return Some(Some(Over::Unwritable)) };
            self.flow.sent.fetch_add(more as u64, Relaxed);
            written += more;
        }
        Some(None)
    }

    /// Lets the chain work until it is empty and without effect (`None`), or until it is over.
    async fn shape(&mut self) -> Option<Over> {
        loop {
            let now = Instant::now();
            let wake = self.chain.pump(now);
            let front = match self.chain.front() {
                Some(Item::End(end)) => {
                    let end = *end;
                    return Some(self.end(end).await);
                }
                Some(Item::Data(chunk)) => Some(chunk.bytes.clone()),
                None => None,
            };
            if front.is_none() && self.chain.is_transparent() && !self.read_all {
                return None;
            }
            let room = !self.read_all && self.chain.wants_input(now);
            let piece = self.buffer.len().min(limits::CHUNK);
            tokio::select! {
                biased;
                changed = self.toxics.changed() => match changed {
                    Ok(()) => self.sync(false),
                    Err(_) => return Some(Over::Close),
                },
                wrote = self.writer.write(front.as_deref().unwrap_or_default()), if front.is_some() => match wrote {
                    Ok(more) if more > 0 => self.wrote(more),
                    _ => return Some(Over::Unwritable),
                },
                read = self.reader.read(&mut self.buffer[..piece]), if room => {
                    if let Some(length) = self.took(read) {
                        if self.toxics.has_changed().unwrap_or_default() {
                            self.sync(false);
                        }
                        self.feed(length);
                    }
                }
                () = sleep_until(wake.unwrap_or(now)), if wake.is_some() => {}
            }
        }
    }

    /// What was read: so many bytes in the buffer, or (`None`) the end, which goes the way of the data. A sender that is gone
    /// altogether (reset) ends the connection after what it said.
    fn took(&mut self, read: std::io::Result<usize>) -> Option<usize> {
        let end = match read {
            Ok(0) => End::HalfClose,
            Ok(length) => {
                self.flow.received.fetch_add(length as u64, Relaxed);
                return Some(length);
            }
            Err(_) => End::Close,
        };
        self.read_all = true;
        self.chain.feed(Item::End(end));
        None
    }

    fn feed(&mut self, length: usize) {
        let bytes = Bytes::copy_from_slice(&self.buffer[..length]);
        self.chain.feed(Item::Data(Chunk { bytes, since: Instant::now() }));
        if length == self.buffer.len() && length < limits::CHUNK {
            self.buffer.resize(length * 2, 0);
        }
    }

    fn wrote(&mut self, length: usize) {
        self.flow.sent.fetch_add(length as u64, Relaxed);
        if let Some(Item::Data(chunk)) = self.chain.front() {
            chunk.bytes.advance(length);
            if chunk.bytes.is_empty() {
                self.chain.pop();
            }
        }
    }

    async fn end(&mut self, end: End) -> Over {
        match end {
            End::HalfClose => match self.writer.shutdown().await {
                Ok(()) => Over::Said,
                Err(_) => Over::Unwritable,
            },
            End::Close => Over::Close,
            End::Reset => Over::Reset,
        }
    }
}

/// Both directions at once, until the connection is over: [`Over::Close`] or [`Over::Reset`].
pub(super) async fn both(up: impl Future<Output = Over>, down: impl Future<Output = Over>) -> Over {
    tokio::pin!(up, down);
    let mut open = [true; 2];
    loop {
        let (side, over) = tokio::select! {
            biased;
            over = &mut up, if open[0] => (0, over),
            over = &mut down, if open[1] => (1, over),
            else => return Over::Close,
        };
        match over {
            Over::Said | Over::Unwritable => open[side] = false,
            Over::Close | Over::Reset => return over,
        }
    }
}
