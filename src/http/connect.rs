//! Makes connections: name look-up, TCP, TLS.

use super::client::Shared;
use super::stream::{Metered, Stream};
use super::trouble;
use super::watch::{Over, Ticket};
use super::{Origin, Trouble, Version};
use crate::event::{ErrorKind, Nanos};
use rustls::pki_types::ServerName;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpSocket;
use tokio_rustls::TlsConnector;

/// Until when what has to be done.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadlines {
    /// The exchange.
    pub(crate) overall: Nanos,
    /// Its length, for messages.
    pub(crate) timeout: Duration,
}

/// Makes a connection within the connect timeout, counted from `begun`, and the exchange's own. Afterwards the ticket's
/// deadline is the overall one.
///
/// The name is looked up anew every time: where it leads may have changed since.
pub(crate) async fn connect(
    shared: &Shared,
    origin: &Origin,
    ticket: &Ticket<'_>,
    deadlines: Deadlines,
    begun: Nanos,
) -> Result<Stream, Trouble> {
    let until = deadlines.connect(shared, begun);
    let dial = Dial { shared, origin, ticket, deadlines, until };
    ticket.until(until);
    let stream = dial.dial().await?;
    ticket.until(deadlines.overall);
    Ok(stream)
}

impl Deadlines {
    /// Until when a connection has to be made that was wanted at `begun`.
    pub(crate) fn connect(&self, shared: &Shared, begun: Nanos) -> Nanos {
        self.overall.min(begun + shared.config.connect_timeout)
    }

    /// What ended the making of a connection, `doing` what, that had to be done `until` then: of class `kind` if it was the
    /// connect timeout.
    pub(crate) fn over(
        &self,
        shared: &Shared,
        until: Nanos,
        over: Over,
        kind: ErrorKind,
        doing: &str,
    ) -> Trouble {
        if over == Over::Late && until < self.overall {
            let limit = shared.config.connect_timeout;
            return Trouble::new(kind, format!("{doing}: not done within the connect timeout of {limit:?}"));
        }
        let trouble = trouble::ended(over, self.timeout);
        Trouble { detail: format!("{doing}: {}", trouble.detail), ..trouble }
    }
}

struct Dial<'a> {
    shared: &'a Shared,
    origin: &'a Origin,
    ticket: &'a Ticket<'a>,
    deadlines: Deadlines,
    until: Nanos,
}

impl Dial<'_> {
    async fn dial(&self) -> Result<Stream, Trouble> {
        let tls = self.tls()?;
        let addresses = self.addresses().await?;
        let metered = self.tcp(&addresses).await?;
        match tls {
            None => Ok(Stream::Plain(metered)),
            Some((connector, name)) => self.handshake(connector, name, metered).await,
        }
    }

    /// What TLS needs, before anything is tried.
    fn tls(&self) -> Result<Option<(TlsConnector, ServerName<'static>)>, Trouble> {
        if !self.origin.tls {
            return Ok(None);
        }
        let Some(config) = &self.shared.config.tls else {
            return Err(Trouble::new(ErrorKind::Tls, "an https URL, but TLS was not set up"));
        };
        let name = ServerName::try_from(self.origin.host.clone()).map_err(|_| {
            Trouble::new(
                ErrorKind::Tls,
                format!("`{}` is no name that a certificate could be for", self.origin.host),
            )
        })?;
        Ok(Some((TlsConnector::from(Arc::clone(config)), name)))
    }

    async fn addresses(&self) -> Result<Vec<SocketAddr>, Trouble> {
        let Origin { host, port, .. } = self.origin;
        if let Some(address) = self.shared.config.resolve.get(host) {
            return Ok(vec![SocketAddr::new(*address, *port)]);
        }
        if let Ok(address) = host.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(address, *port)]);
        }
        let dns = |what: String| Trouble::new(ErrorKind::Dns, format!("looking up `{host}`: {what}"));
        let found = match self.ticket.guard(tokio::net::lookup_host((host.as_str(), *port))).await {
            Ok(Ok(found)) => found.collect::<Vec<_>>(),
            Ok(Err(error)) => return Err(trouble::unresolved(&error, host)),
            Err(over) => return Err(self.over(over, ErrorKind::Dns, &format!("looking up `{host}`"))),
        };
        if found.is_empty() { Err(dns("no address".to_string())) } else { Ok(found) }
    }

    /// Tries the addresses in turn; each gets its share of the time that is left.
    async fn tcp(&self, addresses: &[SocketAddr]) -> Result<Metered, Trouble> {
        let mut worst: Option<Trouble> = None;
        for (place, address) in addresses.iter().enumerate() {
            let now = self.shared.clock.now();
            let share = (self.until - now).0 / (addresses.len() - place) as i64;
            self.ticket.until(now + Nanos(share));
            let trouble = match self.ticket.guard(tcp(*address)).await {
                Ok(Ok(metered)) => {
                    self.ticket.until(self.until);
                    return Ok(metered);
                }
                Ok(Err(error)) => trouble::unconnected(&error, &address.to_string()),
                Err(over) => self.over(over, ErrorKind::Connect, &format!("connecting to {address}")),
            };
            if trouble.kind == ErrorKind::InFlight {
                return Err(trouble);
            }
            if worst.as_ref().is_none_or(|worst| telling(&trouble) > telling(worst)) {
                worst = Some(trouble);
            }
        }
        Err(worst.unwrap_or_else(|| Trouble::new(ErrorKind::Connect, "no address to connect to")))
    }

    async fn handshake(
        &self,
        connector: TlsConnector,
        name: ServerName<'static>,
        metered: Metered,
    ) -> Result<Stream, Trouble> {
        let tls = |what: String| {
            Trouble::new(ErrorKind::Tls, format!("TLS with {}: {what}", self.origin.authority()))
        };
        let stream = match self.ticket.guard(connector.connect(name, metered)).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return Err(tls(error.to_string())),
            Err(over) => return Err(self.over(over, ErrorKind::Connect, "the TLS handshake")),
        };
        let agreed = stream.get_ref().1.alpn_protocol();
        match self.shared.config.version {
            Version::Http2 if agreed != Some(b"h2") => {
                Err(tls("the server did not agree to speak HTTP/2".to_string()))
            }
            Version::Http1 if agreed == Some(b"h2") => Err(tls("the server insists on HTTP/2".to_string())),
            _ => Ok(Stream::Tls(Box::new(stream))),
        }
    }

    fn over(&self, over: Over, kind: ErrorKind, doing: &str) -> Trouble {
        self.deadlines.over(self.shared, self.until, over, kind, doing)
    }
}

async fn tcp(address: SocketAddr) -> io::Result<Metered> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    let stream = socket.connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(Metered::new(stream))
}

/// Of several addresses' troubles the most telling one is kept: a refusal shows a living host, while a missing local address
/// often only means that this machine has no IPv6.
fn telling(trouble: &Trouble) -> u8 {
    match trouble.kind {
        ErrorKind::Refused => 4,
        ErrorKind::Timeout => 3,
        ErrorKind::Connect => 2,
        _ => 1,
    }
}
