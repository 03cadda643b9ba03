//! The kernel's netlink protocol, as far as netfilter and sock_diag need it (RFC 3549; `linux/netlink.h`).

mod message;
mod read;
mod socket;

pub(super) use message::Message;
pub(super) use read::{Messages, Received, attributes, error_of, number, number16};
pub(super) use socket::Socket;

/// `NLM_F_*` flags of messages.
pub(super) mod flag {
    pub(in crate::netfault) const REQUEST: u16 = 1;
    pub(in crate::netfault) const ACK: u16 = 4;
    /// Both bits of a request for everything.
    pub(in crate::netfault) const DUMP: u16 = 0x300;
    pub(in crate::netfault) const EXCL: u16 = 0x200;
    pub(in crate::netfault) const CREATE: u16 = 0x400;
    pub(in crate::netfault) const APPEND: u16 = 0x800;
}

/// Types of messages that every family has.
pub(super) mod kind {
    pub(in crate::netfault) const ERROR: u16 = 2;
    /// The end of a dump.
    pub(in crate::netfault) const DONE: u16 = 3;
}
