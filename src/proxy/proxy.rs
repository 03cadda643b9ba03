//! One proxy: where it listens, where it leads, whether it is enabled, and its toxics.

use super::address;
use super::connection::Way;
use super::counters::Tally;
use super::error::Error;
use super::http::Rule;
use super::listener::Running;
use super::shared::Shared;
use super::toxic::Toxic;
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

/// A proxy as it is asked for.
#[derive(Clone, Debug, Default)]
pub struct Spec {
    /// Its name, unique.
    pub name: String,
    /// Where it listens; nothing: a free port on every address.
    pub listen: String,
    /// Where it leads; `*:8080`: to this port at the address to which each client came.
    pub upstream: String,
    /// Whether it is to listen.
    pub enabled: bool,
    /// While the upstream is down, clients are refused in place of being accepted and closed.
    pub refuse_when_down: bool,
    /// Whether requests are looked at, so that HTTP rules can strike them.
    pub http: bool,
    /// The toxics that it has from the start.
    pub toxics: Vec<Toxic>,
}

/// A proxy as it is.
#[derive(Clone, Debug)]
pub struct View {
    /// As in [`Spec`], with the address that it really has.
    pub spec: Spec,
    /// Its HTTP rules.
    pub rules: Vec<Rule>,
}

/// What of a proxy is to change; `None`: as it is.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Where it listens.
    pub listen: Option<String>,
    /// Where it leads.
    pub upstream: Option<String>,
    /// Whether it listens.
    pub enabled: Option<bool>,
    /// As in [`Spec`].
    pub refuse_when_down: Option<bool>,
    /// As in [`Spec`].
    pub http: Option<bool>,
}

/// A proxy. Changes of its toxics never wait for anything; those of its addresses wait for one another.
#[derive(Debug)]
pub struct Proxy {
    shared: Arc<Shared>,
    state: Mutex<State>,
    runtime: Handle,
}

#[derive(Debug)]
struct State {
    listen: String,
    upstream: String,
    refuse_when_down: bool,
    http: bool,
    running: Option<Running>,
}

impl Proxy {
    /// A proxy that does not listen yet.
    pub(super) fn new(spec: Spec, seed: u64, runtime: Handle) -> Result<Proxy, Error> {
        let shared = Arc::new(Shared::new(&spec.name, seed));
        let Spec { listen, upstream, refuse_when_down, http, toxics, .. } = spec;
        let state = Mutex::new(State { listen, upstream, refuse_when_down, http, running: None });
        let proxy = Proxy { shared, state, runtime };
        toxics.into_iter().try_for_each(|toxic| proxy.add_toxic(toxic).map(drop))?;
        Ok(proxy)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.shared.name
    }

    pub(super) fn shared(&self) -> &Shared {
        &self.shared
    }

    /// As it is now.
    pub async fn view(&self) -> View {
        let state = self.state.lock().await;
        View {
            spec: Spec {
                name: self.name().to_owned(),
                listen: state.listen.clone(),
                upstream: state.upstream.clone(),
                enabled: state.running.is_some(),
                refuse_when_down: state.refuse_when_down,
                http: state.http,
                toxics: self.toxics(),
            },
            rules: self.rules(),
        }
    }

    /// Listens, if it does not.
    pub async fn enable(&self) -> Result<(), Error> {
        let mut state = self.state.lock().await;
        self.start(&mut state).await
    }

    /// Stops listening and closes its connections.
    pub async fn disable(&self) {
        let mut state = self.state.lock().await;
        stop(&mut state).await;
    }

    /// Changes it. Another address closes its connections; its toxics stay.
    pub async fn change(&self, change: Change) -> Result<(), Error> {
        let mut state = self.state.lock().await;
        let listen = change.listen.unwrap_or_else(|| state.listen.clone());
        let upstream = change.upstream.unwrap_or_else(|| state.upstream.clone());
        let enabled = change.enabled.unwrap_or(state.running.is_some());
        let refuse = change.refuse_when_down.unwrap_or(state.refuse_when_down);
        let http = change.http.unwrap_or(state.http);
        let moved = listen != state.listen && address::resolve(&listen).await?.to_string() != state.listen;
        if moved || upstream != state.upstream || refuse != state.refuse_when_down || http != state.http {
            stop(&mut state).await;
            (state.listen, state.upstream, state.refuse_when_down, state.http) =
                (listen, upstream, refuse, http);
        }
        if enabled {
            return self.start(&mut state).await;
        }
        stop(&mut state).await;
        Ok(())
    }

    /// Whether it leads from and to other addresses than these.
    pub(super) async fn differs(&self, listen: &str, upstream: &str) -> Result<bool, Error> {
        let state = self.state.lock().await;
        let same = state.listen == listen || address::resolve(listen).await?.to_string() == state.listen;
        Ok(!same || state.upstream != upstream)
    }

    async fn start(&self, state: &mut State) -> Result<(), Error> {
        if state.running.is_some() {
            return Ok(());
        }
        let address = address::resolve(&state.listen).await?;
        let way = Way { upstream: state.upstream.clone(), http: state.http, refuse: state.refuse_when_down };
        let running = {
            // Sockets belong to the runtime that they are made in.
            let _inside = self.runtime.enter();
            Running::start(address::bind(address)?, way, Arc::clone(&self.shared))?
        };
        state.listen = running.address.to_string();
        state.running = Some(running);
        Ok(())
    }

    /// Its toxics, upstream's first.
    pub fn toxics(&self) -> Vec<Toxic> {
        self.shared.shelf.list()
    }

    /// The toxic of this name.
    pub fn toxic(&self, name: &str) -> Option<Toxic> {
        self.shared.shelf.find(name)
    }

    /// Puts a toxic on it: every byte that comes from now on meets it, on open connections too.
    pub fn add_toxic(&self, toxic: Toxic) -> Result<(), Error> {
        self.shared.shelf.add(toxic).map(|expires| self.expire(expires))
    }

    /// Changes attributes, toxicity and time to live of a toxic.
    pub fn update_toxic(&self, toxic: Toxic) -> Result<(), Error> {
        self.shared.shelf.update(toxic).map(|expires| self.expire(expires))
    }

    /// Takes a toxic off. It never waits: what the toxic holds back goes on at once, connection by connection.
    pub fn remove_toxic(&self, name: &str) -> Result<(), Error> {
        self.shared.shelf.remove(name)
    }

    /// Takes all toxics off.
    pub fn clear_toxics(&self) {
        self.shared.shelf.clear();
    }

    /// What failed at a limit of the proxy's own process or machine, and so neither at a client nor at the upstream.
    pub fn own_limit(&self) -> Option<&str> {
        self.shared.counters.own_limit.get().map(String::as_str)
    }

    /// Its HTTP rules, in the order in which they were added.
    pub fn rules(&self) -> Vec<Rule> {
        self.shared.rulebook.list()
    }

    /// Adds an HTTP rule, or replaces the one of its name: it holds for every request that comes from now on.
    pub fn set_rule(&self, rule: Rule) -> Result<(), Error> {
        self.shared.rulebook.set(rule)
    }

    /// Takes an HTTP rule off.
    pub fn remove_rule(&self, name: &str) -> Result<(), Error> {
        self.shared.rulebook.remove(name)
    }

    pub(super) fn clear_rules(&self) {
        self.shared.rulebook.clear();
    }

    /// What the toxic or the rule of this name has struck since it was added; a replaced rule counts from 0 again. `None`:
    /// there is none.
    pub fn tally(&self, name: &str) -> Option<Tally> {
        self.shared.shelf.tally(name).or_else(|| self.shared.rulebook.tally(name))
    }

    /// A toxic with a time to live removes itself. The task holds nothing of a proxy that is gone.
    fn expire(&self, at: Option<Instant>) {
        let Some(at) = at else { return };
        let shared = Arc::downgrade(&self.shared);
        self.runtime.spawn(async move {
            sleep_until(at).await;
            if let Some(shared) = shared.upgrade() {
                shared.shelf.expire(at);
            }
        });
    }
}

async fn stop(state: &mut State) {
    if let Some(running) = state.running.take() {
        running.stop().await;
    }
}
