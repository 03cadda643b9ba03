//! Where a connection leads.

use url::{Host, Url};

/// Where a connection leads.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    /// Whether TLS is spoken.
    pub tls: bool,
    /// The host name or address (IPv6 without brackets).
    pub host: String,
    /// The port.
    pub port: u16,
}

impl Origin {
    /// What stands in `Host` and `:authority`: IPv6 in brackets, the port only where it is not the scheme's own.
    pub fn authority(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        if self.port == self.default_port() { host } else { format!("{host}:{}", self.port) }
    }

    /// The port that the scheme means when none is given.
    pub(crate) fn default_port(&self) -> u16 {
        if self.tls { 443 } else { 80 }
    }
}

/// Takes a base URL apart: the origin, and the path that goes before every request's own (no slash at its end, empty for
/// the root).
///
/// # Errors
/// Says what is wrong with the URL and what to write instead.
pub fn parse_url(url: &str) -> Result<(Origin, String), String> {
    let parsed = Url::parse(url).map_err(|error| {
        format!("`{url}` is not a URL ({error}); write it with scheme and host, like http://127.0.0.1:8080")
    })?;
    let tls = match parsed.scheme() {
        "http" => false,
        "https" => true,
        other => return Err(format!("`{url}`: the scheme is `{other}`; only http and https are spoken")),
    };
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return Err(
            "a URL must not carry a user name or password; put them into an Authorization header".to_string()
        );
    }
    if parsed.query().is_some() || parsed.fragment().is_some() {
        return Err(format!(
            "`{url}`: a base URL has no query and no fragment; put them into the steps' paths"
        ));
    }
    let host = match parsed.host() {
        Some(Host::Domain(name)) => name.to_string(),
        Some(Host::Ipv4(address)) => address.to_string(),
        Some(Host::Ipv6(address)) => address.to_string(),
        None => return Err(format!("`{url}` names no host")),
    };
    let port = parsed.port_or_known_default().unwrap_or(if tls { 443 } else { 80 });
    if port == 0 {
        return Err(format!("`{url}`: nothing can be reached on port 0"));
    }
    Ok((Origin { tls, host, port }, parsed.path().trim_end_matches('/').to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(tls: bool, host: &str, port: u16) -> Origin {
        Origin { tls, host: host.to_string(), port }
    }

    #[test]
    fn ports_paths_and_addresses() {
        let cases = [
            ("http://shop", origin(false, "shop", 80), "", "shop"),
            ("https://shop/", origin(true, "shop", 443), "", "shop"),
            ("https://Shop:80/api/", origin(true, "shop", 80), "/api", "shop:80"),
            ("http://[::1]:8080/a/b", origin(false, "::1", 8080), "/a/b", "[::1]:8080"),
            ("http://127.0.0.1:80", origin(false, "127.0.0.1", 80), "", "127.0.0.1"),
        ];
        for (url, expected, path, authority) in cases {
            let (origin, base) = parse_url(url).expect(url);
            assert_eq!((&origin, base.as_str()), (&expected, path), "{url}");
            assert_eq!(origin.authority(), authority);
        }
    }

    #[test]
    fn what_is_refused_is_named() {
        for (url, word) in [
            ("shop:8080", "scheme"),
            ("/orders", "not a URL"),
            ("ftp://shop", "ftp"),
            ("http://me:secret@shop", "user name"),
            ("http://me@shop", "user name"),
            ("http://shop?x=1", "query"),
            ("http://shop:0", "port 0"),
        ] {
            let message = parse_url(url).expect_err(url);
            assert!(message.contains(word), "{url}: {message}");
            assert!(!message.contains("secret"), "{message}");
        }
    }
}
