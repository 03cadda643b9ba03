//! A transaction: all of it, or nothing.

use crate::netfault::netlink::{Message, Socket, flag};
use std::io;

const SUBSYSTEM: u16 = 10;
const BATCH_BEGIN: u16 = 16;
const BATCH_END: u16 = 17;
const INET: u8 = 1;

/// Messages that take effect together.
#[derive(Debug)]
pub(super) struct Batch<'s> {
    socket: &'s mut Socket,
    bytes: Vec<u8>,
    first: u32,
    last: u32,
}

impl<'s> Batch<'s> {
    pub(super) fn begin(socket: &'s mut Socket) -> Batch<'s> {
        let first = socket.next_sequence();
        let bytes = Message::new(BATCH_BEGIN, flag::REQUEST, first).netfilter(0, SUBSYSTEM).finish();
        Batch { socket, bytes, first, last: first }
    }

    /// One message of nf_tables, in the family that has both IPv4 and IPv6.
    pub(super) fn add(&mut self, kind: u16, flags: u16, fill: impl FnOnce(Message) -> Message) {
        self.last = self.socket.next_sequence();
        let message = Message::new(SUBSYSTEM << 8 | kind, flag::REQUEST | flag::ACK | flags, self.last);
        self.bytes.extend(fill(message.netfilter(INET, 0)).finish());
    }

    /// Sends it and waits until it is in force.
    pub(super) fn commit(mut self) -> io::Result<()> {
        let end = self.socket.next_sequence();
        self.bytes.extend(Message::new(BATCH_END, flag::REQUEST, end).netfilter(0, SUBSYSTEM).finish());
        self.socket.ask(&self.bytes, self.first..=self.last, |_| {})
    }
}
