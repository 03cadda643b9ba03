//! Addresses as Toxiproxy takes them, and errors about them in its words.

use super::error::Error;
use super::limits;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use tokio::net::{TcpListener, TcpSocket, lookup_host};

/// Where a `listen` address points: `localhost:0`, `:8080`, `[::1]:80`, or nothing at all for a free port on every address.
/// A name means its first IPv4 address, if it has one.
pub(super) async fn resolve(listen: &str) -> Result<SocketAddr, Error> {
    let wrong = |why: String| Error::internal(format!("listen tcp: {why}"));
    if listen.is_empty() {
        return Ok(SocketAddr::new(any(), 0));
    }
    let (host, port) = split(listen).map_err(|why| wrong(format!("address {listen}: {why}")))?;
    let port: u16 = match port.parse() {
        Ok(port) => port,
        Err(_) if port.is_empty() => 0,
        Err(_) if port.chars().all(|c| c.is_ascii_digit()) => {
            return Err(wrong(format!("address {port}: invalid port")));
        }
        Err(_) => return Err(wrong(format!("lookup tcp/{port}: unknown port"))),
    };
    match host.parse::<IpAddr>() {
        Ok(address) if address.is_unspecified() => Ok(SocketAddr::new(any(), port)),
        Ok(address) => Ok(SocketAddr::new(address, port)),
        Err(_) if host.is_empty() => Ok(SocketAddr::new(any(), port)),
        Err(_) => {
            let none = || wrong(format!("lookup {host}: no such host"));
            let found: Vec<SocketAddr> = lookup_host((host, port)).await.map_err(|_| none())?.collect();
            found.iter().find(|address| address.is_ipv4()).or(found.first()).copied().ok_or_else(none)
        }
    }
}

/// Host and port; brackets around an IPv6 address are taken off.
fn split(address: &str) -> Result<(&str, &str), &'static str> {
    let (host, port) = match address.strip_prefix('[') {
        Some(rest) => {
            let (host, after) = rest.split_once(']').ok_or("missing ']' in address")?;
            (host, after.strip_prefix(':').ok_or("missing port in address")?)
        }
        None => address.rsplit_once(':').ok_or("missing port in address")?,
    };
    if !address.starts_with('[') && host.contains(':') {
        return Err("too many colons in address");
    }
    Ok((host, port))
}

/// Every address of this machine: both protocols where the kernel has IPv6, as in Toxiproxy.
fn any() -> IpAddr {
    let both =
        TcpSocket::new_v6().and_then(|socket| socket.bind(SocketAddr::new(Ipv6Addr::UNSPECIFIED.into(), 0)));
    if both.is_ok() { Ipv6Addr::UNSPECIFIED.into() } else { Ipv4Addr::UNSPECIFIED.into() }
}

/// A socket that has the address and does not listen yet: whoever connects is refused.
pub(super) fn bind(address: SocketAddr) -> Result<TcpSocket, Error> {
    let bound = || {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        Ok(socket)
    };
    bound().map_err(|error| trouble(address, "bind", &error))
}

/// A socket that listens.
pub(super) fn listen(socket: TcpSocket, address: SocketAddr) -> Result<TcpListener, Error> {
    // The kernel tells of a port that is taken only here, where both sockets allow to share it; Toxiproxy calls it `bind`.
    socket.listen(limits::BACKLOG).map_err(|error| trouble(address, "bind", &error))
}

fn trouble(address: SocketAddr, call: &str, error: &io::Error) -> Error {
    Error::internal(format!("listen tcp {address}: {call}: {}", in_words(error)))
}

/// An error of the system as Go words it: `address already in use`.
fn in_words(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn addresses_are_taken_as_toxiproxy_takes_them() {
        for (listen, address) in [
            ("127.0.0.1:80", "127.0.0.1:80"),
            ("localhost:80", "127.0.0.1:80"),
            ("[::1]:80", "[::1]:80"),
            ("127.0.0.1:", "127.0.0.1:0"),
        ] {
            assert_eq!(
                resolve(listen).await.map(|address| address.to_string()),
                Ok(address.into()),
                "{listen}"
            );
        }
        for listen in ["", ":0", "0.0.0.0:0", "[::]:0"] {
            assert_eq!(resolve(listen).await.map(|address| address.ip()), Ok(any()), "{listen}");
        }
        for (listen, error) in [
            ("x", "listen tcp: address x: missing port in address"),
            ("::1:80", "listen tcp: address ::1:80: too many colons in address"),
            ("[::1]", "listen tcp: address [::1]: missing port in address"),
            ("[::1", "listen tcp: address [::1: missing ']' in address"),
            ("127.0.0.1:99999", "listen tcp: address 99999: invalid port"),
            ("127.0.0.1:web", "listen tcp: lookup tcp/web: unknown port"),
            ("no-such-host.invalid:1", "listen tcp: lookup no-such-host.invalid: no such host"),
        ] {
            let found = resolve(listen).await.expect_err(listen);
            assert_eq!((found.message.as_str(), found.status), (error, 500));
        }
    }

    #[tokio::test]
    async fn a_taken_port_is_told_in_gos_words() {
        let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = taken.local_addr().expect("an address");
        let error = bind(address).and_then(|socket| listen(socket, address)).expect_err("taken");
        assert_eq!(error.message, format!("listen tcp {address}: bind: address already in use"));
    }
}
