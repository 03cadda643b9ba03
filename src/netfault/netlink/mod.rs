//! The kernel's netlink protocol, as far as netfilter and sock_diag need it (RFC 3549; `linux/netlink.h`).

mod message;
mod read;
mod socket;

pub(super) use message::Message;
pub(super) use read::{Messages, Received, attributes, number, number16};
pub(super) use socket::Socket;

/// `NLM_F_*` flags of messages.
pub(super) mod flag {
    pub(in crate::netfault) const REQUEST: u16 = 1;
    pub(in crate::netfault) const ACK: u16 = 4;
    pub(in crate::netfault) const EXCL: u16 = 0x200;
    pub(in crate::netfault) const CREATE: u16 = 0x400;
    pub(in crate::netfault) const APPEND: u16 = 0x800;
}

/// Types of messages that every family has.
pub(super) mod kind {
    pub(in crate::netfault) const ERROR: u16 = 2;
}
