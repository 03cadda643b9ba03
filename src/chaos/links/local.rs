//! Links through proxies in this process: one for each instance of the service that a link leads to.

use super::toxin;
use crate::event::TargetStruck;
use crate::plan::model::Link;
use crate::proxy::{Change, Embedded, Proxy, Spec};
use crate::stack::{Facts, LinkFault};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OnceCell;

/// All such links.
#[derive(Debug)]
pub(super) struct Local {
    links: Vec<Link>,
    /// The names of those whose requests are looked at.
    http: Vec<String>,
    seed: u64,
    engine: OnceCell<Embedded>,
    /// A link's proxies, in the order of the instances.
    open: Mutex<BTreeMap<String, Vec<Arc<Proxy>>>>,
}

impl Local {
    pub(super) fn new(links: Vec<Link>, seed: u64, http: impl Fn(&str) -> bool) -> Local {
        let http = links.iter().map(|link| link.name.clone()).filter(|name| http(name)).collect();
        Local { links, http, seed, engine: OnceCell::new(), open: Mutex::default() }
    }

    /// Opens what is not open, and leads every link to its service. The links' own addresses, by name.
    pub(super) async fn lead(&self, facts: &Facts) -> Result<BTreeMap<String, Vec<String>>, String> {
        let mut listening = BTreeMap::new();
        for link in &self.links {
            let trouble = |error: String| format!("link `{}`: {error}", link.name);
            let to = link.to.as_deref().unwrap_or_default();
            let upstreams = facts.get(&format!("{to}.addresses")).ok_or_else(|| {
                trouble(format!("the service `{to}` has no address that a link could lead to"))
            })?;
            let mut addresses = Vec::new();
            for (place, upstream) in upstreams.split(',').enumerate() {
                let proxy = self.proxy(link, place, upstream).await.map_err(trouble)?;
                addresses.push(proxy.view().await.spec.listen);
            }
            listening.insert(link.name.clone(), addresses);
        }
        Ok(listening)
    }

    /// The link's proxy for this instance, leading to it.
    async fn proxy(&self, link: &Link, place: usize, upstream: &str) -> Result<Arc<Proxy>, String> {
        if let Some(proxy) = self.proxies(&link.name).get(place) {
            let change = Change { upstream: Some(upstream.to_owned()), ..Change::default() };
            proxy.change(change).await.map_err(|error| error.message)?;
            return Ok(Arc::clone(proxy));
        }
        let engine = self.engine.get_or_try_init(|| async { Embedded::start(self.seed) }).await?;
        let spec = Spec {
            name: format!("{}-{}", link.name, place + 1),
            listen: "127.0.0.1:0".into(),
            upstream: upstream.to_owned(),
            enabled: true,
            http: self.http.contains(&link.name),
            ..Spec::default()
        };
        let proxy = engine.proxies().add(spec).await.map_err(|error| error.message)?;
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.entry(link.name.clone()).or_default().push(Arc::clone(&proxy));
        Ok(proxy)
    }

    fn proxies(&self, link: &str) -> Vec<Arc<Proxy>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).get(link).cloned().unwrap_or_default()
    }

    /// What the proxies could not do for want of something of our own, by their names.
    pub(super) fn own_limits(&self) -> Vec<(String, String)> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let limited = |proxy: &Arc<Proxy>| Some((proxy.name().to_owned(), proxy.own_limit()?.to_owned()));
        open.values().flatten().filter_map(limited).collect()
    }

    /// The proxies before those instances that the fault strikes.
    fn struck(&self, fault: &LinkFault) -> Vec<Arc<Proxy>> {
        let all = self.proxies(fault.link()).into_iter().enumerate();
        all.filter(|(place, _)| fault.strikes(place + 1)).map(|(_, proxy)| proxy).collect()
    }

    pub(super) fn apply(&self, name: &str, fault: &LinkFault) -> Result<(), String> {
        let proxies = self.struck(fault);
        if proxies.is_empty() {
            return Err(format!("the link `{}` is not open there", fault.link()));
        }
        let applied = proxies.iter().try_for_each(|proxy| match fault {
            LinkFault::Toxic(toxic) => {
                proxy.add_toxic(toxin::toxic(name, toxic)?).map_err(|error| error.message)
            }
            LinkFault::Http(http) => proxy.set_rule(toxin::rule(name, http)?).map_err(|error| error.message),
        });
        if applied.is_err() {
            self.heal(name, fault);
        }
        applied
    }

    /// What the fault has struck on each of its proxies.
    pub(super) fn tallies(&self, name: &str, fault: &LinkFault) -> Vec<TargetStruck> {
        let of = |proxy: &Arc<Proxy>| match proxy.tally(name) {
            Some(tally) => TargetStruck::counted(proxy.name(), tally.struck, tally.seen),
            None => TargetStruck::not_known(proxy.name(), "its proxy has it no more"),
        };
        self.struck(fault).iter().map(of).collect()
    }

    /// What is off already stays off.
    pub(super) fn heal(&self, name: &str, fault: &LinkFault) {
        for proxy in self.struck(fault) {
            let _ = match fault {
                LinkFault::Toxic(_) => proxy.remove_toxic(name),
                LinkFault::Http(_) => proxy.remove_rule(name),
            };
        }
    }
}
