//! A small client of the interface, Toxiproxy's or ours: what faults and their healing need. It blocks, so that it works in
//! a process that is about to end, and makes a connection for each call, so that nothing of an old one is in the way.

use super::counters::Tally;
use super::http::Rule;
use super::toxic::Toxic;
use serde::Serialize;
use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

/// How long connecting, and each read and write, may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// Bytes of a reply.
const REPLY: u64 = 4 * 1024 * 1024;

/// A server's interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// `host:port`.
    authority: String,
}

impl Client {
    /// The server at this address: `http://127.0.0.1:8474`.
    pub fn new(api: &str) -> Result<Client, String> {
        let rest = api.strip_prefix("http://").ok_or_else(|| {
            format!("`{api}` is not the address of a Toxiproxy server; it looks like `http://127.0.0.1:8474`")
        })?;
        let authority = rest.trim_end_matches('/');
        let port = authority.rsplit_once(':').map(|(_, port)| port.parse::<u16>());
        match port {
            Some(Ok(_)) if !authority.contains('/') => Ok(Client { authority: authority.to_owned() }),
            _ => Err(format!("`{api}` has no port, or a path; it looks like `http://127.0.0.1:8474`")),
        }
    }

    /// Where the proxy of this name listens; an error if there is none, or it is not enabled.
    pub fn listen_of(&self, proxy: &str) -> Result<String, String> {
        let (status, body) = self.call("GET", &format!("/proxies/{}", escaped(proxy)), None)?;
        let said: serde_json::Value = serde_json::from_str(&body).unwrap_or_default();
        match (status, said["listen"].as_str(), said["enabled"].as_bool()) {
            (200, Some(listen), Some(true)) => Ok(listen.to_owned()),
            (200, ..) => Err(format!("the proxy `{proxy}` of {} is not enabled", self.authority)),
            _ => Err(self.refused(&format!("asking for the proxy `{proxy}`"), status, &body)),
        }
    }

    /// Adds a toxic.
    pub fn add_toxic(&self, proxy: &str, toxic: &Toxic) -> Result<(), String> {
        let path = format!("/proxies/{}/toxics", escaped(proxy));
        self.put(&path, toxic, &format!("adding the toxic `{}`", toxic.name))
    }

    /// Sets an HTTP rule; only our own server knows them.
    pub fn set_rule(&self, proxy: &str, rule: &Rule) -> Result<(), String> {
        let path = format!("/proxies/{}/http", escaped(proxy));
        self.put(&path, rule, &format!("setting the HTTP rule `{}`", rule.name))
    }

    /// Removes a toxic. `false`: there was none of this name, or no proxy.
    pub fn remove_toxic(&self, proxy: &str, toxic: &str) -> Result<bool, String> {
        self.delete(&format!("/proxies/{}/toxics/{}", escaped(proxy), escaped(toxic)))
    }

    /// Removes an HTTP rule. `false`: there was none of this name, or no proxy.
    pub fn remove_rule(&self, proxy: &str, rule: &str) -> Result<bool, String> {
        self.delete(&format!("/proxies/{}/http/{}", escaped(proxy), escaped(rule)))
    }

    /// Whether the proxy has this toxic.
    pub fn has_toxic(&self, proxy: &str, toxic: &str) -> Result<bool, String> {
        let path = format!("/proxies/{}/toxics/{}", escaped(proxy), escaped(toxic));
        Ok(self.call("GET", &path, None)?.0 == 200)
    }

    /// Whether the proxy has this HTTP rule.
    pub fn has_rule(&self, proxy: &str, rule: &str) -> Result<bool, String> {
        let (status, body) = self.call("GET", &format!("/proxies/{}/http", escaped(proxy)), None)?;
        let said: serde_json::Value = serde_json::from_str(&body).unwrap_or_default();
        Ok(status == 200 && said.as_array().is_some_and(|rules| rules.iter().any(|one| one["name"] == rule)))
    }

    /// What the toxic or rule of this name has struck. `None`: the server does not count (Toxiproxy), or has none of this name.
    pub fn tally(&self, proxy: &str, name: &str) -> Result<Option<Tally>, String> {
        let path = format!("/proxies/{}/struck/{}", escaped(proxy), escaped(name));
        let (status, body) = self.call("GET", &path, None)?;
        Ok(if status == 200 { serde_json::from_str(&body).ok() } else { None })
    }

    fn put(&self, path: &str, value: &impl Serialize, what: &str) -> Result<(), String> {
        let body = serde_json::to_string(value).map_err(|error| error.to_string())?;
        match self.call("POST", path, Some(&body))? {
            (200 | 201, _) => Ok(()),
            (status, body) => Err(self.refused(what, status, &body)),
        }
    }

    fn delete(&self, path: &str) -> Result<bool, String> {
        match self.call("DELETE", path, None)? {
            (200 | 204, _) => Ok(true),
            (404, _) => Ok(false),
            (status, body) => Err(self.refused(&format!("removing {path}"), status, &body)),
        }
    }

    fn refused(&self, what: &str, status: u16, body: &str) -> String {
        let said: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
        let reason = said["error"].as_str().unwrap_or(body.trim()).to_owned();
        format!("{what}: the proxy server at {} answered {status}: {reason}", self.authority)
    }

    /// One request; the reply's status and body.
    fn call(&self, method: &str, path: &str, body: Option<&str>) -> Result<(u16, String), String> {
        let trouble = |error: std::io::Error| format!("the proxy server at {}: {error}", self.authority);
        let mut addresses = self.authority.to_socket_addrs().map_err(trouble)?;
        let address = addresses.next().ok_or_else(|| format!("{} has no address", self.authority))?;
        let mut stream = TcpStream::connect_timeout(&address, PATIENCE).map_err(trouble)?;
        stream
            .set_read_timeout(Some(PATIENCE))
            .and_then(|()| stream.set_write_timeout(Some(PATIENCE)))
            .map_err(trouble)?;
        let length = body.map_or(String::new(), |body| {
            format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len())
        });
        let text = format!(
            "{method} {path} HTTP/1.0\r\nHost: {}\r\nUser-Agent: shakedown\r\n{length}\r\n{}",
            self.authority,
            body.unwrap_or_default()
        );
        stream.write_all(text.as_bytes()).map_err(trouble)?;
        let mut reply = Vec::new();
        stream.take(REPLY).read_to_end(&mut reply).map_err(trouble)?;
        parsed(&reply).ok_or_else(|| format!("{} did not answer in HTTP", self.authority))
    }
}

/// Status and body of a reply to an HTTP/1.0 request, which ends with the connection.
fn parsed(reply: &[u8]) -> Option<(u16, String)> {
    let mut slots = [httparse::EMPTY_HEADER; 64];
    let mut head = httparse::Response::new(&mut slots);
    let httparse::Status::Complete(length) = head.parse(reply).ok()? else { return None };
    Some((head.code?, String::from_utf8_lossy(&reply[length..]).into_owned()))
}

/// A name as one part of a path.
fn escaped(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
    let part = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    name.bytes().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_checked() {
        assert!(Client::new("http://127.0.0.1:8474/").is_ok());
        for wrong in ["127.0.0.1:8474", "https://127.0.0.1:8474", "http://127.0.0.1", "http://127.0.0.1:1/x"]
        {
            let error = Client::new(wrong).expect_err(wrong);
            assert!(error.contains(wrong) && error.contains("8474"), "{error}");
        }
    }

    #[test]
    fn names_are_escaped() {
        assert_eq!(escaped("a/b c%ü"), "a%2Fb%20c%25%C3%BC");
    }
}
