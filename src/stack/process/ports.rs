//! Free ports for instances.
//!
//! They are taken from outside the range from which the system serves outgoing connections. In that range a connection of
//! the load could be given the port of a killed instance: its restart would fail, or a client that connects to the dead
//! port would be connected to itself.

use crate::stack::os::port_holder;
use socket2::{Domain, Socket, Type};
use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;

/// Hands out ports, each once.
#[derive(Debug)]
pub(super) struct Ports {
    next: u32,
    ranges: Vec<RangeInclusive<u16>>,
    given: BTreeSet<u16>,
}

impl Ports {
    /// Begins at a place that depends on this text alone, so that two runs rarely look at the same ports.
    pub(super) fn starting_from(text: &str) -> Ports {
        let hash = text
            .bytes()
            .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        let served = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").ok();
        Ports { next: hash, ranges: outside(served.as_deref()), given: BTreeSet::new() }
    }

    /// A port that is free now and was not given before.
    pub(super) fn choose(&mut self) -> Result<u16, String> {
        let size: u32 = self.ranges.iter().map(|range| range.len() as u32).sum();
        for _ in 0..size {
            let mut place = self.next % size;
            self.next = self.next.wrapping_add(1);
            for range in &self.ranges {
                let length = range.len() as u32;
                if place >= length {
                    place -= length;
                    continue;
                }
                let port = range.start() + place as u16;
                if !self.given.contains(&port) && is_free(port) {
                    self.given.insert(port);
                    return Ok(port);
                }
                break;
            }
        }
        Err("no free port is left on 127.0.0.1 outside the range of outgoing connections".into())
    }
}

/// The unprivileged ports from 10000 that are not served to outgoing connections (`from to` as in
/// `ip_local_port_range`); where hardly any are left, all from 10000.
fn outside(served: Option<&str>) -> Vec<RangeInclusive<u16>> {
    const FIRST: u16 = 10_000;
    let bounds = served.and_then(|text| {
        let mut words = text.split_ascii_whitespace().map(str::parse::<u16>);
        Some((words.next()?.ok()?, words.next()?.ok()?))
    });
    // The range that Linux has by default; macOS and the BSDs serve 49152 to 65535.
    let (from, to) = bounds.unwrap_or((32_768, 65_535));
    let mut ranges = Vec::new();
    if from > FIRST {
        ranges.push(FIRST..=from - 1);
    }
    if to < u16::MAX {
        ranges.push((to + 1).max(FIRST)..=u16::MAX);
    }
    let left: usize = ranges.iter().map(ExactSizeIterator::len).sum();
    if left < 100 { std::iter::once(FIRST..=u16::MAX).collect() } else { ranges }
}

/// Whether nobody listens on the port. Binds without listening, so that no client is accepted by mistake meanwhile. A
/// port that we may not bind for another reason counts as free: whoever is to have it will say why it cannot.
pub(super) fn is_free(port: u16) -> bool {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let bound = Socket::new(Domain::IPV4, Type::STREAM, None).and_then(|socket| {
        // Connections of the instance before, in TIME_WAIT, are not in the way of a restart.
        socket.set_reuse_address(true)?;
        socket.bind(&address.into())
    });
    !bound.is_err_and(|error| error.kind() == ErrorKind::AddrInUse)
}

/// `port 8080 is in use by nginx (pid 812)`.
pub(super) fn in_use(port: u16) -> String {
    match port_holder(port) {
        Some(holder) => format!("port {port} is in use by {holder}"),
        None => format!("port {port} is in use by another process"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn ports_lie_outside_the_range_of_outgoing_connections() {
        assert_eq!(outside(Some("32768\t60999\n")), [10_000..=32_767, 61_000..=65_535]);
        assert_eq!(outside(Some("1024 65535")), [10_000..=65_535], "nothing is left outside");
        assert_eq!(outside(Some("1024 5000")), [10_000..=65_535]);
        assert_eq!(outside(None), [10_000..=32_767]);
    }

    #[test]
    fn a_port_is_given_once_and_not_while_somebody_listens() {
        let mut ports = Ports::starting_from("some run");
        let first = ports.choose().expect("a port");
        let _listener = TcpListener::bind(("127.0.0.1", first)).expect("it is free");
        assert!(!is_free(first));
        assert!(in_use(first).contains(&first.to_string()));
        let mut again = Ports::starting_from("some run");
        let second = again.choose().expect("a port");
        assert_ne!(first, second, "somebody listens there now");
        assert_ne!(again.choose(), Ok(second));
    }

    #[test]
    fn a_listener_on_all_addresses_is_seen() {
        let listener = TcpListener::bind(("0.0.0.0", 0)).expect("bind");
        assert!(!is_free(listener.local_addr().expect("address").port()));
    }
}
