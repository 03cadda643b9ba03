//! Sends packets that we made ourselves.

use socket2::{Domain, Protocol, SockAddr, Socket, Type};
use std::io;
use std::net::{IpAddr, SocketAddr};

/// Marks answers in a server's place: a rule keeps connection tracking away from them, for which an answer without a question
/// would be a connection in the wrong direction.
pub(super) const FORGED: u32 = 0x5d0e_57a6;
/// Marks packets that were delayed, so that they are not delayed again.
pub(super) const COPIED: u32 = 0x5d0e_57a7;
/// So much may wait in a socket to leave.
const SEND_BUFFER: usize = 16 << 20;

/// `IPPROTO_RAW`: the packet brings its own IP header.
const RAW: i32 = 255;

/// Sockets for both families; one that the machine does not have is missed only when it is needed.
#[derive(Debug)]
pub(super) struct Raw {
    v4: io::Result<Socket>,
    v6: io::Result<Socket>,
}

impl Raw {
    /// Whose packets have this mark.
    pub(super) fn open(mark: u32) -> Raw {
        Raw { v4: open(Domain::IPV4, mark), v6: open(Domain::IPV6, mark) }
    }

    /// Why nothing can be sent.
    pub(super) fn trouble(&self) -> Option<&io::Error> {
        self.v4.as_ref().err()
    }

    /// Sends a whole packet to this address.
    pub(super) fn send(&self, packet: &[u8], to: IpAddr) -> io::Result<()> {
        let socket = if to.is_ipv4() { &self.v4 } else { &self.v6 };
        let socket = socket.as_ref().map_err(|error| io::Error::new(error.kind(), error.to_string()))?;
        socket.send_to(packet, &SockAddr::from(SocketAddr::new(to, 0))).map(drop)
    }
}

fn open(domain: Domain, mark: u32) -> io::Result<Socket> {
    let socket = Socket::new(domain, Type::RAW, Some(Protocol::from(RAW)))?;
    socket.set_nonblocking(true)?;
    socket.set_mark(mark)?;
    socket.set_send_buffer_size(SEND_BUFFER)?;
    Ok(socket)
}
