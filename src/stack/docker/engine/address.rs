//! Where the engine is: the socket, or a TCP address with or without TLS.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::PathBuf;

const SOCKET: &str = "unix:///var/run/docker.sock";

/// Where the engine is. Journals keep it, so that whoever heals later finds the same engine.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Address {
    /// `unix:///var/run/docker.sock`, `tcp://127.0.0.1:2376`.
    pub host: String,
    /// With TLS: the folder of `ca.pem`, `cert.pem` and `key.pem`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificates: Option<PathBuf>,
}

impl Address {
    /// The engine on this socket or TCP address, without TLS.
    pub fn new(host: impl Into<String>) -> Address {
        Address { host: host.into(), certificates: None }
    }

    /// As Docker's own clients find it: `DOCKER_HOST`, `DOCKER_TLS_VERIFY` and `DOCKER_CERT_PATH`; the usual socket where
    /// nothing is set.
    pub fn from_environment(variable: &dyn Fn(&str) -> Option<String>) -> Address {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let host = set("DOCKER_HOST").unwrap_or_else(|| SOCKET.to_owned());
        let tls = host.starts_with("https://") || set("DOCKER_TLS_VERIFY").is_some();
        if host.starts_with("unix://") || !tls {
            return Address::new(host);
        }
        let home = || set("HOME").map(|home| PathBuf::from(home).join(".docker"));
        let folder = set("DOCKER_CERT_PATH").map(PathBuf::from).or_else(home);
        Address { host, certificates: Some(folder.unwrap_or_else(|| PathBuf::from(".docker"))) }
    }

    /// The socket's path, if it is one.
    pub fn socket(&self) -> Option<&str> {
        self.host.strip_prefix("unix://")
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(set: &[(&str, &str)]) -> Address {
        Address::from_environment(&|name| {
            set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_usual_socket_unless_the_environment_says_otherwise() {
        assert_eq!(found(&[]), Address::new(SOCKET));
        assert_eq!(found(&[("DOCKER_HOST", "")]), Address::new(SOCKET));
        assert_eq!(found(&[("DOCKER_HOST", "tcp://h:2375")]), Address::new("tcp://h:2375"));
        assert_eq!(
            found(&[("DOCKER_HOST", "unix:///x.sock"), ("DOCKER_TLS_VERIFY", "1")]).socket(),
            Some("/x.sock")
        );
    }

    #[test]
    fn tls_has_its_certificates() {
        let tls = [("DOCKER_HOST", "tcp://h:2376"), ("DOCKER_TLS_VERIFY", "1"), ("HOME", "/home/me")];
        assert_eq!(found(&tls).certificates, Some("/home/me/.docker".into()));
        let named = [("DOCKER_HOST", "https://h:2376"), ("DOCKER_CERT_PATH", "/certs")];
        assert_eq!(found(&named).certificates, Some("/certs".into()));
    }
}
