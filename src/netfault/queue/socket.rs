//! Binding queues, taking packets from them, giving verdicts.

use super::message::{Packet, SUBSYSTEM, Verdict, verdict};
use crate::netfault::netlink::{Message, Messages, Socket, flag};
use rustix::io::Errno;
use rustix::net::netlink::NETFILTER;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};

const CONFIG: u16 = SUBSYSTEM << 8 | 2;
const BIND: u8 = 1;
const UNBIND: u8 = 2;
const COPY_PACKET: u8 = 2;
const FAIL_OPEN: u32 = 1;
const GSO: u32 = 4;
/// So much may wait in the socket to be read.
const RECEIVE_BUFFER: usize = 64 << 20;
/// Verdicts are sent when so many bytes of them have come together.
const SEND_AT: usize = 32 << 10;
/// The most that a packet can be.
const WHOLE: u32 = 0xffff - 4;

/// How packets are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::netfault) struct Taking {
    /// Only so many bytes of each are shown; `None`: all.
    pub shown: Option<u32>,
    /// In the large pieces in which the kernel hands them on.
    pub large: bool,
    /// No more than these wait at a time.
    pub most: u32,
}

/// The socket, the queues that are bound to it, and verdicts that are about to be sent.
#[derive(Debug)]
pub(in crate::netfault) struct Queues {
    socket: Socket,
    verdicts: Vec<u8>,
    /// Datagrams with packets that came while an answer was awaited.
    early: Vec<Vec<u8>>,
    /// How often the kernel could not tell us of a packet.
    pub(in crate::netfault) missed: u64,
}

impl Queues {
    pub(in crate::netfault) fn open() -> io::Result<Queues> {
        let socket = Socket::open(NETFILTER)?;
        socket.enlarge(RECEIVE_BUFFER)?;
        Ok(Queues { socket, verdicts: Vec::new(), early: Vec::new(), missed: 0 })
    }

    /// From now on packets of this queue's rules wait for our verdicts. The error of a number that somebody else has is
    /// "device or resource busy" or "operation not permitted".
    pub(in crate::netfault) fn bind(&mut self, queue: u16, taking: Taking) -> io::Result<()> {
        self.configure(queue, |message| take(message.put(1, &[BIND, 0, 0, 0]), taking))
    }

    /// A bound queue takes packets in another way.
    pub(in crate::netfault) fn change(&mut self, queue: u16, taking: Taking) -> io::Result<()> {
        self.configure(queue, |message| take(message, taking))
    }

    /// From now on packets go on without us; those that wait still want their verdicts.
    pub(in crate::netfault) fn let_pass(&mut self, queue: u16) -> io::Result<()> {
        self.configure(queue, |message| message.put_u32(3, 0).put_u32(4, FAIL_OPEN).put_u32(5, FAIL_OPEN))
    }

    /// The queue is nobody's any more; packets that still wait in it are lost.
    pub(in crate::netfault) fn unbind(&mut self, queue: u16) -> io::Result<()> {
        self.configure(queue, |message| message.put(1, &[UNBIND, 0, 0, 0]))
    }

    fn configure(&mut self, queue: u16, fill: impl FnOnce(Message) -> Message) -> io::Result<()> {
        self.flush()?;
        let number = self.socket.next_sequence();
        let message = Message::new(CONFIG, flag::REQUEST | flag::ACK, number).netfilter(0, queue);
        let message = fill(message).finish();
        let early = &mut self.early;
        self.socket.ask(&message, number..=number, |datagram| early.push(datagram.to_vec()))
    }

    /// Hands over the packets of the next datagram; false: there is none now.
    pub(in crate::netfault) fn take(&mut self, mut each: impl FnMut(Packet<'_>)) -> io::Result<bool> {
        let mut packets = |datagram: &[u8]| {
            for packet in Messages::new(datagram).filter_map(|message| Packet::read(&message)) {
                each(packet);
            }
        };
        if !self.early.is_empty() {
            self.early.drain(..).for_each(|datagram| packets(&datagram));
            return Ok(true);
        }
        match self.socket.receive() {
            Ok(Some(datagram)) => {
                packets(datagram);
                Ok(true)
            }
            Ok(None) => Ok(false),
            // The kernel found no room in our buffer: the packet is lost, and we are told once.
            Err(error) if error.raw_os_error() == Some(Errno::NOBUFS.raw_os_error()) => {
                self.missed += 1;
                Ok(true)
            }
            Err(error) => Err(error),
        }
    }

    /// A verdict; it is sent with the next [`Queues::flush`], or when many have come together.
    pub(in crate::netfault) fn decide(&mut self, queue: u16, id: u32, of: Verdict<'_>) -> io::Result<()> {
        verdict(&mut self.verdicts, queue, id, of);
        if self.verdicts.len() >= SEND_AT { self.flush() } else { Ok(()) }
    }

    /// Sends the verdicts given.
    pub(in crate::netfault) fn flush(&mut self) -> io::Result<()> {
        if self.verdicts.is_empty() {
            return Ok(());
        }
        let sent = self.socket.send(&self.verdicts);
        self.verdicts.clear();
        sent
    }
}

fn take(message: Message, taking: Taking) -> Message {
    let shown = taking.shown.unwrap_or(WHOLE).min(WHOLE);
    let parameters = [shown.to_be_bytes().as_slice(), &[COPY_PACKET]].concat();
    let large = if taking.large { GSO } else { 0 };
    message.put(2, &parameters).put_u32(3, taking.most).put_u32(4, FAIL_OPEN | GSO).put_u32(5, large)
}

impl AsFd for Queues {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}
