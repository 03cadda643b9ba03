//! Sends packets that we made ourselves.

use socket2::{Domain, Protocol, SockAddr, Socket, Type};
use std::io;
use std::net::{IpAddr, SocketAddr};

/// Marks our own packets: a rule keeps connection tracking away from them, for which an answer without a question would be a
/// connection in the wrong direction.
pub(super) const MARK: u32 = 0x5d0e_57a6;

/// `IPPROTO_RAW`: the packet brings its own IP header.
const RAW: i32 = 255;

/// Sockets for both families; one that the machine does not have is missed only when it is needed.
#[derive(Debug)]
pub(super) struct Raw {
    v4: io::Result<Socket>,
    v6: io::Result<Socket>,
}

impl Raw {
    pub(super) fn open() -> Raw {
        Raw { v4: open(Domain::IPV4), v6: open(Domain::IPV6) }
    }

    /// Why no answer can be given.
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

fn open(domain: Domain) -> io::Result<Socket> {
    let socket = Socket::new(domain, Type::RAW, Some(Protocol::from(RAW)))?;
    socket.set_nonblocking(true)?;
    socket.set_mark(MARK)?;
    Ok(socket)
}
