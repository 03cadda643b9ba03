//! Reads and writes of a socket by bare system calls.
//!
//! The C library's `recv` and `send` are points at which a thread may be cancelled; in a program with threads the guards
//! around them cost 1 to 2 % of a request (seen by perf). tokio's own reads and writes go through them.

use rustix::net::{RecvFlags, SendFlags, recv, send};
use std::io::{self, ErrorKind};
use std::task::{Context, Poll, ready};
use tokio::io::{Interest, ReadBuf};
use tokio::net::TcpStream;

/// A peer that is gone is an error, not a signal. Where there is no such flag the signal is ignored: Rust programs do.
#[cfg(not(target_vendor = "apple"))]
const QUIET: SendFlags = SendFlags::NOSIGNAL;
#[cfg(target_vendor = "apple")]
const QUIET: SendFlags = SendFlags::empty();

/// As `TcpStream::poll_read`.
#[inline]
pub(super) fn poll_recv(
    tcp: &TcpStream,
    cx: &mut Context<'_>,
    buffer: &mut ReadBuf<'_>,
) -> Poll<io::Result<()>> {
    loop {
        ready!(tcp.poll_read_ready(cx))?;
        let room = buffer.remaining();
        let call = || Ok(recv(tcp, buffer.initialize_unfilled(), RecvFlags::empty())?.1);
        if let Some(count) = attempt(tcp, Interest::READABLE, room, call)? {
            buffer.advance(count);
            return Poll::Ready(Ok(()));
        }
    }
}

/// As `TcpStream::poll_write`.
#[inline]
pub(super) fn poll_send(tcp: &TcpStream, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
    loop {
        ready!(tcp.poll_write_ready(cx))?;
        let call = || Ok(send(tcp, bytes, QUIET)?);
        if let Some(count) = attempt(tcp, Interest::WRITABLE, bytes.len(), call)? {
            return Poll::Ready(Ok(count));
        }
    }
}

/// One call on a socket that is believed to be ready; nothing if it was not.
///
/// A call that moved less than it could have has drained the socket, or filled it: the runtime's belief is taken back at
/// once, and the next attempt waits for news instead of asking in vain. News comes by edges (epoll, kqueue), so none is
/// lost.
#[inline]
fn attempt(
    tcp: &TcpStream,
    interest: Interest,
    most: usize,
    call: impl FnOnce() -> io::Result<usize>,
) -> io::Result<Option<usize>> {
    let mut moved = None;
    let tried = tcp.try_io(interest, || {
        let count = *moved.insert(call()?);
        if 0 < count && count < most { Err(ErrorKind::WouldBlock.into()) } else { Ok(()) }
    });
    match tried {
        Err(error) if error.kind() != ErrorKind::WouldBlock => Err(error),
        _ => Ok(moved),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;
    use std::io::{Read, Write};
    use std::net::TcpListener;

    async fn pair() -> (TcpStream, std::net::TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let ours = TcpStream::connect(listener.local_addr().expect("an address")).await.expect("connected");
        (ours, listener.accept().expect("accepted").0)
    }

    async fn received(tcp: &TcpStream, room: usize) -> io::Result<Vec<u8>> {
        let mut memory = vec![0; room];
        let mut buffer = ReadBuf::new(&mut memory);
        poll_fn(|cx| poll_recv(tcp, cx, &mut buffer)).await?;
        Ok(buffer.filled().to_vec())
    }

    fn inside<F: Future>(work: F) -> F::Output {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("runtime");
        runtime.block_on(work)
    }

    #[test]
    fn every_byte_comes_whether_a_read_drains_the_socket_or_not() {
        inside(async {
            let (ours, mut theirs) = pair().await;
            for (text, room) in [("abcdef", 3), ("", 3), ("gh", 64), ("ij", 2), ("klm", 64)] {
                theirs.write_all(text.as_bytes()).expect("written");
                let wanted = if text.is_empty() { "def" } else { &text[..text.len().min(room)] };
                assert_eq!(received(&ours, room).await.expect("read"), wanted.as_bytes());
            }
            drop(theirs);
            assert_eq!(received(&ours, 64).await.expect("the end"), b"");
        });
    }

    #[test]
    fn more_than_the_socket_holds_goes_out_in_parts() {
        inside(async {
            let (ours, mut theirs) = pair().await;
            let bytes: Vec<u8> = (0..32 << 20).map(|place: u32| place as u8).collect();
            let wanted = bytes.len();
            let reader = std::thread::spawn(move || {
                let mut all = Vec::new();
                theirs.read_to_end(&mut all).expect("read");
                all
            });
            let mut sent = 0;
            while sent < wanted {
                sent += poll_fn(|cx| poll_send(&ours, cx, &bytes[sent..])).await.expect("sent");
            }
            drop(ours);
            assert!(reader.join().expect("reads") == bytes);
        });
    }

    #[test]
    fn a_reset_is_an_error() {
        inside(async {
            let (ours, theirs) = pair().await;
            socket2::SockRef::from(&theirs).set_linger(Some(std::time::Duration::ZERO)).expect("set");
            drop(theirs);
            let error = received(&ours, 8).await.expect_err("reset");
            assert_eq!(error.kind(), ErrorKind::ConnectionReset);
            let error = poll_fn(|cx| poll_send(&ours, cx, b"x")).await.expect_err("gone");
            assert_eq!(error.kind(), ErrorKind::BrokenPipe);
        });
    }
}
