//! What a packet's headers say: IPv4 and IPv6, TCP and UDP.

use super::spec::Selector;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::Range;

pub(super) const TCP: u8 = 6;
pub(super) const UDP: u8 = 17;

/// The headers of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Headers {
    pub source: IpAddr,
    pub target: IpAddr,
    /// The protocol above IP.
    pub protocol: u8,
    /// Source and target port, where the protocol has some and this piece of the packet shows them.
    pub ports: Option<(u16, u16)>,
    /// Where the bytes above IP begin.
    pub transport: usize,
    /// Where the bytes above TCP or UDP begin.
    pub payload: usize,
}

/// The length of the IPv6 header; options are walked over by their own lengths.
const V6: usize = 40;

impl Headers {
    /// Reads a packet that begins with its IP header; `None`: it is none, or too short to tell.
    pub(super) fn read(packet: &[u8]) -> Option<Headers> {
        match packet.first()? >> 4 {
            4 => v4(packet),
            6 => v6(packet),
            _ => None,
        }
    }

    /// Whether it only serves the wire itself: neighbours that look for each other, groups that are joined. IPv4's look-ups of
    /// neighbours (ARP) do not pass where we sit, and those of IPv6 are to be treated like them.
    pub(super) fn serves_the_wire(&self) -> bool {
        let local = |address: IpAddr| match address {
            IpAddr::V4(address) => address.is_multicast(),
            IpAddr::V6(address) => address.is_multicast() || address.is_unicast_link_local(),
        };
        local(self.target) || (self.source.is_ipv6() && local(self.source))
    }

    /// Whether a selector means it, going in or out.
    pub(super) fn is_meant(&self, only: &Selector, leaving: bool) -> bool {
        let peer = if leaving { self.target } else { self.source };
        let by_peer = only.peers.is_empty() || only.peers.contains(&peer);
        let by_port = only
            .port
            .is_none_or(|port| self.ports.is_some_and(|(source, target)| source == port || target == port));
        by_peer && by_port
    }

    /// A number for the packet's flow, the same for all its packets in one direction.
    pub(super) fn flow(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.source, self.target, self.protocol, self.ports).hash(&mut hasher);
        hasher.finish()
    }

    /// The bytes above TCP or UDP, in a packet of this length.
    pub(super) fn payload_in(&self, length: usize) -> Range<usize> {
        self.payload.min(length)..length
    }
}

fn v4(packet: &[u8]) -> Option<Headers> {
    let transport = usize::from(packet[0] & 0x0f) * 4;
    if transport < 20 || packet.len() < 20 {
        return None;
    }
    let address = |at: usize| -> Option<IpAddr> {
        let bytes: [u8; 4] = packet.get(at..at + 4)?.try_into().ok()?;
        Some(IpAddr::V4(Ipv4Addr::from(bytes)))
    };
    let first = u16::from_be_bytes([packet[6], packet[7]]) & 0x1fff == 0;
    Some(above(packet, address(12)?, address(16)?, packet[9], transport, first))
}

fn v6(packet: &[u8]) -> Option<Headers> {
    let address = |at: usize| -> Option<IpAddr> {
        let bytes: [u8; 16] = packet.get(at..at + 16)?.try_into().ok()?;
        Some(IpAddr::V6(Ipv6Addr::from(bytes)))
    };
    let (source, target) = (address(8)?, address(24)?);
    let (mut protocol, mut at, mut first) = (packet[6], V6, true);
    // Hop-by-hop options, routing, fragment, destination options; no packet has more than a few.
    for _ in 0..8 {
        let Some(header) = packet.get(at..at + 8) else { break };
        let length = match protocol {
            0 | 43 | 60 => usize::from(header[1]) * 8 + 8,
            44 => {
                first &= u16::from_be_bytes([header[2], header[3]]) & 0xfff8 == 0;
                8
            }
            _ => break,
        };
        (protocol, at) = (header[0], at + length);
    }
    Some(above(packet, source, target, protocol, at, first))
}

/// The ports stand in the first fragment only.
fn above(
    packet: &[u8],
    source: IpAddr,
    target: IpAddr,
    protocol: u8,
    transport: usize,
    first: bool,
) -> Headers {
    let number = |at: usize| Some(u16::from_be_bytes(packet.get(at..at + 2)?.try_into().ok()?));
    let shows_ports = first && matches!(protocol, TCP | UDP);
    let ports = shows_ports.then(|| number(transport).zip(number(transport + 2))).flatten();
    let own = match protocol {
        UDP if first => 8,
        TCP if first => packet.get(transport + 12).map_or(20, |byte| usize::from(byte >> 4) * 4),
        _ => 0,
    };
    Headers { source, target, protocol, ports, transport, payload: transport + own }
}

#[cfg(test)]
pub(in crate::netfault) mod tests {
    use super::*;

    /// An IPv4 packet from 10.0.0.1:1000 to 10.0.0.2:53 or so, without right checksums.
    pub(in crate::netfault) fn packet(protocol: u8, ports: (u16, u16), payload: &[u8]) -> Vec<u8> {
        let own = if protocol == TCP { 20 } else { 8 };
        let mut packet = vec![0x45, 0, 0, 0, 0, 0, 0, 0, 64, protocol, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2];
        packet.extend(ports.0.to_be_bytes());
        packet.extend(ports.1.to_be_bytes());
        packet.resize(20 + own, 0);
        if protocol == TCP {
            packet[32] = 0x50;
        }
        packet.extend(payload);
        let length = (packet.len() as u16).to_be_bytes();
        packet[2..4].copy_from_slice(&length);
        packet
    }

    #[test]
    fn udp_and_tcp_over_v4() {
        for (protocol, payload) in [(UDP, 28), (TCP, 40)] {
            let headers = Headers::read(&packet(protocol, (1_000, 53), b"hello")).expect("a packet");
            assert_eq!(headers.source, IpAddr::from([10, 0, 0, 1]));
            assert_eq!(headers.target, IpAddr::from([10, 0, 0, 2]));
            assert_eq!((headers.ports, headers.payload), (Some((1_000, 53)), payload));
            assert_eq!(headers.payload_in(payload + 5), payload..payload + 5);
        }
    }

    #[test]
    fn later_fragments_show_no_ports() {
        let mut later = packet(UDP, (1_000, 53), b"hello");
        later[7] = 1;
        assert_eq!(Headers::read(&later).expect("a packet").ports, None);
    }

    #[test]
    fn v6_options_are_walked_over() {
        let mut packet = vec![0x60, 0, 0, 0, 0, 0, 0, 64];
        packet.extend([0x11; 16]);
        packet.extend([0x22; 16]);
        packet.extend([UDP, 0, 0, 0, 0, 0, 0, 0]);
        packet.extend([0x03, 0xe8, 0, 53, 0, 8, 0, 0]);
        let headers = Headers::read(&packet).expect("a packet");
        assert_eq!((headers.protocol, headers.ports, headers.payload), (UDP, Some((1_000, 53)), 56));
    }

    #[test]
    fn nonsense_is_no_packet() {
        for bytes in [&[][..], &[0x45], &[0x60; 20], &[0x42; 40], &[0x00; 40], &[0xff; 60]] {
            assert_eq!(Headers::read(bytes), None, "{bytes:?}");
        }
    }

    #[test]
    fn a_selector_means_peers_and_ports() {
        let headers = Headers::read(&packet(TCP, (1_000, 53), b"")).expect("a packet");
        let means = |peers: &[[u8; 4]], port, leaving| {
            let peers = peers.iter().map(|address| IpAddr::from(*address)).collect();
            headers.is_meant(&Selector { peers, port }, leaving)
        };
        assert!(means(&[], None, true) && means(&[], Some(53), true) && means(&[], Some(1_000), false));
        assert!(!means(&[], Some(54), true));
        assert!(means(&[[10, 0, 0, 2]], None, true) && !means(&[[10, 0, 0, 2]], None, false));
        assert!(means(&[[1, 1, 1, 1], [10, 0, 0, 1]], Some(53), false));
    }
}
