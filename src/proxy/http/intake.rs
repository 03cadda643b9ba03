//! One side of a connection, read ahead as far as needed.

use bytes::BytesMut;
use std::io;
use tokio::io::{AsyncRead, AsyncReadExt};

/// What is read at once, at most.
const PIECE: usize = 32 * 1024;

/// A reader with what has been read of it and not been used yet.
pub(super) struct Intake<R> {
    reader: R,
    pub(super) ahead: BytesMut,
    /// The sender has ended.
    pub(super) over: bool,
}

impl<R: AsyncRead + Unpin> Intake<R> {
    pub(super) fn new(reader: R) -> Intake<R> {
        Intake { reader, ahead: BytesMut::new(), over: false }
    }

    /// Reads more; 0: the sender has ended. Nothing is lost if it is dropped.
    pub(super) async fn more(&mut self) -> io::Result<usize> {
        if self.over {
            return Ok(0);
        }
        if self.ahead.capacity() == self.ahead.len() {
            self.ahead.reserve(if self.ahead.len() < PIECE / 8 { PIECE / 8 } else { PIECE });
        }
        let read = self.reader.read_buf(&mut self.ahead).await;
        self.over = !matches!(read, Ok(1..));
        read
    }

    /// The reader, for what is not to be looked at.
    pub(super) fn reader(&mut self) -> &mut R {
        &mut self.reader
    }
}
