//! What all connections of a worker have in common.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// The version of HTTP that is spoken. There is no fallback from one to the other: a plan says which one it measures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Version {
    /// HTTP/1.1.
    #[default]
    Http1,
    /// HTTP/2: by ALPN over TLS, with prior knowledge otherwise.
    Http2,
}

/// What all connections of a worker have in common.
#[derive(Clone, Debug)]
pub struct ClientConfig {
    /// The version of HTTP.
    pub version: Version,
    /// How long one connection may take to be made: name look-up, TCP and TLS together.
    pub connect_timeout: Duration,
    /// Addresses to use instead of what DNS says, by host name.
    pub resolve: BTreeMap<String, IpAddr>,
    /// How to speak TLS (see [`tls_config`](super::tls_config)); without it an https origin is refused.
    pub tls: Option<Arc<rustls::ClientConfig>>,
    /// The largest response body in bytes; a larger one is a protocol error.
    pub max_body: u64,
    /// The largest response head in bytes, interim responses included; the same holds for trailers.
    pub max_head: usize,
}

impl Default for ClientConfig {
    /// HTTP/1.1, 1 s to connect, bodies up to 64 MiB, heads up to 64 KiB, no TLS.
    fn default() -> ClientConfig {
        ClientConfig {
            version: Version::Http1,
            connect_timeout: Duration::from_secs(1),
            resolve: BTreeMap::new(),
            tls: None,
            max_body: 64 << 20,
            max_head: 64 << 10,
        }
    }
}
