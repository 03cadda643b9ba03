//! Connecting, and agreeing on the version of the API.

use super::{Address, Engine, EngineError, Trouble};
use bollard::{API_DEFAULT_VERSION, Docker};

/// The oldest API that has all we need: Docker 20.10.
const OLDEST: (u32, u32) = (1, 41);
/// How long a request may take until its answer begins, in seconds.
const PATIENCE: u64 = 30;

impl Engine {
    /// Connects, and speaks the newest version of the API that both sides know. The error says what is missing: the engine,
    /// the permission, a newer engine.
    pub async fn connect(address: &Address) -> Result<Engine, EngineError> {
        let docker = client(address).map_err(|error| EngineError::of(address, error))?;
        let docker = docker.negotiate_version().await.map_err(|error| EngineError::of(address, error))?;
        let version = docker.version().await.map_err(|error| EngineError::of(address, error))?;
        let spoken = version.api_version.unwrap_or_default();
        if parse(&spoken).is_none_or(|spoken| spoken < OLDEST) {
            return Err(EngineError::new(
                Trouble::TooOld,
                format!(
                    "the Docker engine at {address} is too old: it is {} and speaks API {}; {}.{} is needed (Docker \
                     20.10 or later)",
                    version.version.as_deref().unwrap_or("of an unknown version"),
                    if spoken.is_empty() { "of an unknown version" } else { &spoken },
                    OLDEST.0,
                    OLDEST.1
                ),
            ));
        }
        Ok(Engine { docker, address: address.clone() })
    }
}

fn client(address: &Address) -> Result<Docker, bollard::errors::Error> {
    if let Some(folder) = &address.certificates {
        let [key, certificate, ca] = ["key.pem", "cert.pem", "ca.pem"].map(|name| folder.join(name));
        return Docker::connect_with_ssl(
            &address.host,
            &key,
            &certificate,
            &ca,
            PATIENCE,
            API_DEFAULT_VERSION,
        );
    }
    match address.socket() {
        Some(_) => Docker::connect_with_unix(&address.host, PATIENCE, API_DEFAULT_VERSION),
        None if address.host.starts_with("tcp://") || address.host.starts_with("http://") => {
            Docker::connect_with_http(&address.host, PATIENCE, API_DEFAULT_VERSION)
        }
        None => Err(bollard::errors::Error::UnsupportedURISchemeError { uri: address.host.clone() }),
    }
}

fn parse(version: &str) -> Option<(u32, u32)> {
    let (major, minor) = version.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(parse("1.9") < Some(OLDEST));
        assert_eq!(parse("1.41"), Some(OLDEST));
        assert_eq!(parse("nonsense"), None);
    }

    #[tokio::test]
    async fn a_socket_that_is_not_there_is_no_engine() {
        let error =
            Engine::connect(&Address::new("unix:///nowhere/docker.sock")).await.expect_err("no engine");
        assert_eq!(error.trouble, Trouble::Unreachable);
        assert!(error.message.contains("DOCKER_HOST"), "{error}");
        let error = Engine::connect(&Address::new("ftp://x")).await.expect_err("no engine");
        assert!(error.message.contains("no address of an engine"), "{error}");
    }
}
