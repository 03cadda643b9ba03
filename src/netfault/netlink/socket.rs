//! A netlink socket.

use super::kind;
use super::read::{Messages, Received, error_of};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::sockopt::{set_socket_recv_buffer_size, set_socket_recv_buffer_size_force};
use rustix::net::{
    AddressFamily, Protocol, RecvFlags, SendFlags, SocketFlags, SocketType, bind, recv, send, socket_with,
};
use std::io;
use std::ops::RangeInclusive;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

/// How long the kernel may take to answer. It answers at once; a new module may have to be loaded first.
const PATIENCE: Duration = Duration::from_secs(5);
/// Room for the largest message: a packet of 64 KiB with its attributes.
const LARGEST: usize = 72 * 1024;

/// A socket of one netlink family. What is made by it and marked with its ownership is gone when it closes.
#[derive(Debug)]
pub(in crate::netfault) struct Socket {
    fd: OwnedFd,
    buffer: Vec<u8>,
    sequence: u32,
}

impl Socket {
    pub(in crate::netfault) fn open(family: Protocol) -> io::Result<Socket> {
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let fd = socket_with(AddressFamily::NETLINK, SocketType::RAW, flags, Some(family))?;
        bind(&fd, &SocketAddrNetlink::new(0, 0))?;
        Ok(Socket { fd, buffer: vec![0; LARGEST], sequence: 1 })
    }

    /// A larger buffer for what the kernel sends; beyond the machine's limit where we may.
    pub(in crate::netfault) fn enlarge(&self, bytes: usize) -> io::Result<()> {
        set_socket_recv_buffer_size_force(&self.fd, bytes)
            .or_else(|_| set_socket_recv_buffer_size(&self.fd, bytes))?;
        Ok(())
    }

    /// A number for the next message.
    pub(in crate::netfault) fn next_sequence(&mut self) -> u32 {
        self.sequence = self.sequence.wrapping_add(1).max(1);
        self.sequence
    }

    /// Sends finished messages at once.
    pub(in crate::netfault) fn send(&self, messages: &[u8]) -> io::Result<()> {
        loop {
            match send(&self.fd, messages, SendFlags::empty()) {
                Ok(_) => return Ok(()),
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => self.wait(PollFlags::OUT, PATIENCE).map(drop)?,
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// The next datagram, if there is one.
    pub(in crate::netfault) fn receive(&mut self) -> io::Result<Option<&[u8]>> {
        loop {
            match recv(&self.fd, self.buffer.as_mut_slice(), RecvFlags::empty()) {
                Ok((length, _)) => return Ok(Some(&self.buffer[..length])),
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return Ok(None),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Sends messages with these sequence numbers and waits until the kernel has acknowledged the last of them. The first
    /// error counts. `other` is given every datagram, acknowledgements included.
    pub(in crate::netfault) fn ask(
        &mut self,
        messages: &[u8],
        numbers: RangeInclusive<u32>,
        mut other: impl FnMut(&[u8]),
    ) -> io::Result<()> {
        self.send(messages)?;
        let until = Instant::now() + PATIENCE;
        let mut failed = None;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || !self.wait(PollFlags::IN, left)? {
                return Err(failed.unwrap_or_else(|| io::Error::from(io::ErrorKind::TimedOut)));
            }
            let Some(datagram) = self.receive()? else { continue };
            let mut done = false;
            for message in Messages::new(datagram) {
                // An answer to an earlier batch that was given up may still come.
                let Some(result) = error_of(&message).filter(|_| numbers.contains(&message.sequence)) else {
                    continue;
                };
                done |= message.sequence == *numbers.end();
                failed = failed.or(result.err());
            }
            other(datagram);
            // After an error nothing more may come: the batch is given up as a whole.
            if done || failed.is_some() {
                return failed.map_or(Ok(()), Err);
            }
        }
    }

    /// Sends a message that asks for a list, and gives each entry of the answer.
    pub(in crate::netfault) fn dump(
        &mut self,
        message: &[u8],
        number: u32,
        mut each: impl FnMut(&Received<'_>),
    ) -> io::Result<()> {
        self.send(message)?;
        let until = Instant::now() + PATIENCE;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || !self.wait(PollFlags::IN, left)? {
                return Err(io::ErrorKind::TimedOut.into());
            }
            let Some(datagram) = self.receive()? else { continue };
            for message in Messages::new(datagram).filter(|message| message.sequence == number) {
                match (message.kind, error_of(&message)) {
                    (kind::DONE, _) => return Ok(()),
                    (_, Some(error)) => error?,
                    _ => each(&message),
                }
            }
        }
    }

    /// Whether the socket becomes ready in time.
    pub(in crate::netfault) fn wait(&self, how: PollFlags, patience: Duration) -> io::Result<bool> {
        let patience = Timespec {
            tv_sec: i64::try_from(patience.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: i64::from(patience.subsec_nanos()),
        };
        match poll(&mut [PollFd::new(&self.fd, how)], Some(&patience)) {
            Ok(ready) => Ok(ready > 0),
            Err(Errno::INTR) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}
