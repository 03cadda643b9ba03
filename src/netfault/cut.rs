//! Live connections to a port are cut: their ends see a reset (`SOCK_DESTROY` of `linux/sock_diag.h`, as `ss -K` does).

use super::netlink::{Message, Messages, Socket, error_of, flag, kind};
use rustix::event::PollFlags;
use rustix::io::Errno;
use rustix::net::netlink::SOCK_DIAG;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

const BY_FAMILY: u16 = 20;
const DESTROY: u16 = 21;
const TCP: u8 = 6;
const V4: u8 = 2;
const V6: u8 = 10;
/// Established, half open, or half closed by the other end.
const LIVE: u32 = 1 << 1 | 1 << 3 | 1 << 8;
/// `struct inet_diag_sockid`.
const SOCKET: usize = 48;
const PATIENCE: Duration = Duration::from_secs(5);

/// A connection, by the kernel's own name for it.
#[derive(Debug)]
struct Found {
    family: u8,
    id: [u8; SOCKET],
}

/// Cuts every connection to this port of ours that came from outside, and says how many there were. What the namespace says to
/// itself is left alone.
pub(super) fn cut(port: u16) -> io::Result<u64> {
    let mut socket = Socket::open(SOCK_DIAG)?;
    let mut gone = 0;
    for family in [V4, V6] {
        for found in list(&mut socket, family)?.iter().filter(|found| found.is_from_outside(port)) {
            gone += u64::from(destroy(&mut socket, found)?);
        }
    }
    Ok(gone)
}

fn list(socket: &mut Socket, family: u8) -> io::Result<Vec<Found>> {
    let number = socket.next_sequence();
    let message = Message::new(BY_FAMILY, flag::REQUEST | flag::DUMP, number);
    socket.send(&message.body(&request(family, LIVE, &[0; SOCKET])).finish())?;
    let mut found = Vec::new();
    loop {
        if !socket.wait(PollFlags::IN, PATIENCE)? {
            return Err(io::ErrorKind::TimedOut.into());
        }
        let Some(datagram) = socket.receive()? else { continue };
        for message in Messages::new(datagram).filter(|message| message.sequence == number) {
            match (message.kind, error_of(&message)) {
                (kind::DONE, _) => return Ok(found),
                // A kernel without this family has no connections of it.
                (_, Some(Err(error))) if error.raw_os_error() == Some(Errno::NOENT.raw_os_error()) => {
                    return Ok(found);
                }
                (_, Some(error)) => error?,
                _ => found.extend(Found::read(message.body)),
            }
        }
    }
}

/// False: it was gone already.
fn destroy(socket: &mut Socket, found: &Found) -> io::Result<bool> {
    let number = socket.next_sequence();
    let message = Message::new(DESTROY, flag::REQUEST | flag::ACK, number);
    let message = message.body(&request(found.family, u32::MAX, &found.id)).finish();
    match socket.ask(&message, number..=number, |_| {}) {
        Ok(()) => Ok(true),
        Err(error) if error.raw_os_error() == Some(Errno::NOENT.raw_os_error()) => Ok(false),
        Err(error) => Err(error),
    }
}

/// `struct inet_diag_req_v2`.
fn request(family: u8, states: u32, id: &[u8; SOCKET]) -> Vec<u8> {
    let mut bytes = vec![family, TCP, 0, 0];
    bytes.extend(states.to_ne_bytes());
    bytes.extend(id);
    bytes
}

impl Found {
    /// From a `struct inet_diag_msg`: family, state and two more bytes, then the socket.
    fn read(body: &[u8]) -> Option<Found> {
        Some(Found { family: *body.first()?, id: body.get(4..4 + SOCKET)?.try_into().ok()? })
    }

    fn is_from_outside(&self, port: u16) -> bool {
        let (own, other) = (self.address(4), self.address(20));
        self.id[..2] == port.to_be_bytes() && own != other && !other.is_loopback()
    }

    fn address(&self, at: usize) -> IpAddr {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&self.id[at..at + 16]);
        match self.family {
            V4 => Ipv4Addr::new(bytes[0], bytes[1], bytes[2], bytes[3]).into(),
            _ => IpAddr::from(Ipv6Addr::from(bytes)).to_canonical(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(port: u16, own: [u8; 4], other: [u8; 4]) -> Found {
        let mut body = vec![V4, 1, 0, 0];
        body.extend(port.to_be_bytes());
        body.extend(40_000_u16.to_be_bytes());
        body.extend([own.to_vec(), vec![0; 12], other.to_vec(), vec![0; 12], vec![0; 12 + 20]].concat());
        Found::read(&body).expect("a socket")
    }

    #[test]
    fn only_connections_to_the_port_from_outside_are_meant() {
        let (own, client) = ([10, 0, 0, 2], [10, 0, 0, 9]);
        assert!(found(8080, own, client).is_from_outside(8080));
        assert!(!found(8081, own, client).is_from_outside(8080), "another port");
        assert!(!found(8080, own, own).is_from_outside(8080), "what the proxy itself dials");
        assert!(!found(8080, [127, 0, 0, 1], [127, 0, 0, 1]).is_from_outside(8080), "a health check inside");
        assert!(Found::read(&[V4, 1, 0]).is_none());
    }
}
