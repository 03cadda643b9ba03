//! `kind = "none"`: a deployment that is there already, at a URL. And the rule that keeps load on this machine.

use super::{Facts, Instance, Links, Stack, StackError};
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::net::{IpAddr, ToSocketAddrs};
use std::sync::Arc;
use url::{Host, Url};

/// Nothing is brought up and nothing taken down; faults on processes have nobody to strike.
pub struct UrlStack {
    url: String,
    resolve: BTreeMap<String, IpAddr>,
    links: Option<Arc<dyn Links>>,
    of_run: Facts,
}

impl UrlStack {
    /// The deployment at `url`; `resolve` are the plan's addresses for host names.
    pub fn new(url: impl Into<String>, resolve: BTreeMap<String, IpAddr>) -> UrlStack {
        UrlStack { url: url.into(), resolve, links: None, of_run: Facts::new() }
    }

    /// With links through a proxy server that is part of the deployment.
    #[must_use]
    pub fn with_links(self, links: Option<Arc<dyn Links>>) -> UrlStack {
        UrlStack { links, ..self }
    }

    /// With what the run says of itself: `run_id`, …
    #[must_use]
    pub fn with_facts(self, of_run: Facts) -> UrlStack {
        UrlStack { of_run, ..self }
    }

    fn no_instance<T>(&self, instance: &str) -> Result<T, StackError> {
        Err(StackError::new(format!(
            "there is no instance `{instance}`: with `stack.kind = \"none\"` the deployment at {} is not ours to \
             touch; use `kind = \"processes\"` to break processes",
            self.url
        )))
    }
}

#[async_trait]
impl Stack for UrlStack {
    async fn up(&self) -> Result<(), StackError> {
        if let Some(links) = &self.links {
            links.lead(&Facts::new()).await.map_err(StackError::new)?;
        }
        // An address that is a link's own is known by now, and is checked with the others before the load.
        if self.url.contains("${") {
            return Ok(());
        }
        let (url, resolve) = (self.url.clone(), self.resolve.clone());
        let found = tokio::task::spawn_blocking(move || addresses(&url, &resolve).map(|_| ())).await;
        found
            .unwrap_or_else(|error| Err(format!("looking up the target failed: {error}")))
            .map_err(StackError::new)
    }
    fn instances(&self) -> Vec<Instance> {
        Vec::new()
    }
    fn facts(&self) -> Facts {
        let links = self.links.iter().flat_map(|links| links.facts());
        self.of_run.clone().into_iter().chain(links).collect()
    }
    async fn signal(&self, instance: &str, _: &str) -> Result<(), StackError> {
        self.no_instance(instance)
    }
    async fn stop(&self, instance: &str) -> Result<super::Stopped, StackError> {
        self.no_instance(instance).map(|()| super::Stopped::InOrder)
    }
    async fn start(&self, instance: &str) -> Result<(), StackError> {
        self.no_instance(instance)
    }
    async fn pause(&self, instance: &str) -> Result<(), StackError> {
        self.no_instance(instance)
    }
    async fn resume(&self, instance: &str) -> Result<(), StackError> {
        self.no_instance(instance)
    }
    async fn down(&self) -> Result<(), StackError> {
        Ok(())
    }
    fn links(&self) -> Option<&dyn Links> {
        self.links.as_deref()
    }
}

/// Whether load may go to this URL: always on loopback, elsewhere only to a host named by `--allow-target`. Looks the
/// name up, and may block for as long as that takes. The error is ready to be shown.
pub fn allowed(url: &str, allow: &[String]) -> Result<(), String> {
    allowed_with(url, allow, &BTreeMap::new())
}

/// As [`allowed`], with the plan's own addresses for host names in place of what DNS says.
pub fn allowed_with(url: &str, allow: &[String], resolve: &BTreeMap<String, IpAddr>) -> Result<(), String> {
    let (host, addresses) = addresses(url, resolve)?;
    let outside = addresses.iter().find(|address| !is_loopback(**address));
    let named = allow.iter().any(|name| name.trim().trim_matches(['[', ']']).eq_ignore_ascii_case(&host));
    match outside {
        Some(address) if !named => Err(format!(
            "{url}: `{host}` is {address}, which is not this machine. Load and faults hurt: if the deployment is yours \
             to test, say so with `--allow-target {host}`"
        )),
        _ => Ok(()),
    }
}

/// The URL's host, without brackets, and where it is.
fn addresses(url: &str, resolve: &BTreeMap<String, IpAddr>) -> Result<(String, Vec<IpAddr>), String> {
    let parsed = Url::parse(url)
        .map_err(|error| format!("`{url}` is not a URL ({error}); write it like `http://127.0.0.1:8080`"))?;
    if !matches!(parsed.scheme(), "http" | "https") {
        return Err(format!("`{url}`: the scheme is `{}`; only http and https are spoken", parsed.scheme()));
    }
    let host = match parsed.host() {
        Some(Host::Domain(name)) => name.trim_end_matches('.').to_owned(),
        Some(Host::Ipv4(address)) => return Ok((address.to_string(), vec![address.into()])),
        Some(Host::Ipv6(address)) => return Ok((address.to_string(), vec![address.into()])),
        None => return Err(format!("`{url}` names no host; write it like `http://127.0.0.1:8080`")),
    };
    let given = resolve.iter().find(|(name, _)| name.eq_ignore_ascii_case(&host));
    if let Some((_, address)) = given {
        return Ok((host, vec![*address]));
    }
    let unresolved = |reason: String| {
        format!(
            "{url}: the host `{host}` does not resolve ({reason}); check the name, or give its address under \
             `target.resolve`"
        )
    };
    let port = parsed.port_or_known_default().unwrap_or(80);
    let found: Vec<IpAddr> = (host.as_str(), port)
        .to_socket_addrs()
        .map_err(|error| unresolved(error.to_string()))?
        .map(|address| address.ip())
        .collect();
    if found.is_empty() { Err(unresolved("no address".into())) } else { Ok((host, found)) }
}

/// `::ffff:127.0.0.1` is loopback too; `0.0.0.0` and `::` reach this machine as well.
fn is_loopback(address: IpAddr) -> bool {
    let address = address.to_canonical();
    address.is_loopback() || address.is_unspecified()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_needs_no_leave() {
        for url in [
            "http://127.0.0.1:8080",
            "http://127.9.9.9/x",
            "http://localhost:1",
            "https://[::1]:9",
            "http://[::ffff:127.0.0.1]/",
        ] {
            assert_eq!(allowed(url, &[]), Ok(()), "{url}");
        }
    }

    #[test]
    fn elsewhere_needs_it_by_name() {
        for url in ["http://192.0.2.1/", "http://[2001:db8::1]:80/", "http://0x08080808/"] {
            let error = allowed(url, &["example.org".into()]).expect_err(url);
            assert!(error.contains("--allow-target"), "{error}");
        }
        assert_eq!(allowed("http://192.0.2.1/", &["192.0.2.1".into()]), Ok(()));
        assert_eq!(allowed("http://[2001:db8::1]/", &["[2001:db8::1]".into()]), Ok(()));
        assert!(
            allowed("http://localhost@192.0.2.1/", &["localhost".into()]).is_err(),
            "the host is what counts"
        );
    }

    #[test]
    fn the_plans_own_addresses_decide() {
        let resolve = |address: &str| {
            BTreeMap::from([("shop.example".to_owned(), address.parse::<IpAddr>().expect("an address"))])
        };
        assert_eq!(allowed_with("http://Shop.example/", &[], &resolve("127.0.0.1")), Ok(()));
        assert!(allowed_with("http://shop.example/", &[], &resolve("192.0.2.1")).is_err());
        let moved = BTreeMap::from([("localhost".to_owned(), "192.0.2.1".parse().expect("an address"))]);
        assert!(allowed_with("http://localhost/", &[], &moved).is_err());
    }

    #[test]
    fn what_is_wrong_with_a_url_is_said() {
        for (url, word) in [
            ("shop", "not a URL"),
            ("ftp://localhost/", "scheme"),
            ("http://no-such-host.invalid/", "does not resolve"),
        ] {
            let error = allowed(url, &[]).expect_err(url);
            assert!(error.contains(word) && error.contains(url), "{error}");
        }
    }

    #[tokio::test]
    async fn there_is_nobody_to_strike() {
        let stack = UrlStack::new("http://127.0.0.1:1", BTreeMap::new());
        assert_eq!(stack.up().await, Ok(()));
        assert!(stack.instances().is_empty());
        let error = stack.pause("node-1").await.expect_err("no instance");
        assert!(error.message.contains("node-1") && error.message.contains("kind"), "{error}");
        let error =
            UrlStack::new("http://no-such-host.invalid/", BTreeMap::new()).up().await.expect_err("no host");
        assert!(error.message.contains("does not resolve"), "{error}");
    }
}
