//! A link through a Toxiproxy server of the deployment, the original or ours.

use super::toxin;
use crate::event::TargetStruck;
use crate::plan::model::Link;
use crate::proxy::Client;
use crate::stack::{Foreign, LinkFault};

/// One proxy on such a server.
#[derive(Clone, Debug)]
pub(super) struct Remote {
    client: Client,
    foreign: Foreign,
}

impl Remote {
    pub(super) fn new(link: &Link, api: &str) -> Result<Remote, String> {
        let proxy = link.proxy.clone().unwrap_or_else(|| link.name.clone());
        Ok(Remote { client: Client::new(api)?, foreign: Foreign { api: api.to_owned(), proxy } })
    }

    pub(super) fn foreign(&self) -> Foreign {
        self.foreign.clone()
    }

    /// Asks the server, without holding up anybody else.
    async fn ask<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Client, &str) -> Result<T, String> + Send + 'static,
    ) -> Result<T, String> {
        let (client, proxy) = (self.client.clone(), self.foreign.proxy.clone());
        let asked = tokio::task::spawn_blocking(move || ask(&client, &proxy)).await;
        asked.unwrap_or_else(|error| Err(error.to_string()))
    }

    /// Where the proxy listens.
    pub(super) async fn listen(&self) -> Result<String, String> {
        self.ask(|client, proxy| client.listen_of(proxy)).await
    }

    pub(super) async fn apply(&self, name: &str, fault: &LinkFault) -> Result<(), String> {
        match fault {
            LinkFault::Toxic(toxic) => {
                let toxic = toxin::toxic(name, toxic)?;
                self.ask(move |client, proxy| client.add_toxic(proxy, &toxic)).await
            }
            LinkFault::Http(http) => {
                let rule = toxin::rule(name, http)?;
                self.ask(move |client, proxy| client.set_rule(proxy, &rule)).await
            }
        }
    }

    pub(super) async fn heal(&self, name: &str, fault: &LinkFault) -> Result<(), String> {
        let (foreign, name, http) = (self.foreign(), name.to_owned(), matches!(fault, LinkFault::Http(_)));
        self.ask(move |_, _| remove(&foreign, &name, http)).await.map(drop)
    }

    /// What the fault has struck, as the server counts it. Toxiproxy counts nothing of the kind; our own server does.
    pub(super) async fn struck(&self, name: &str, fault: &LinkFault) -> TargetStruck {
        let (target, name) = (format!("link {}", fault.link()), name.to_owned());
        match self.ask(move |client, proxy| client.tally(proxy, &name)).await {
            Ok(Some(tally)) => TargetStruck::counted(&target, tally.struck, tally.seen),
            Ok(None) => TargetStruck::not_known(
                &target,
                format!(
                    "the proxy server at {} does not count what it strikes; `shakedown proxy` does",
                    self.foreign.api
                ),
            ),
            Err(error) => TargetStruck::not_known(&target, error),
        }
    }

    pub(super) async fn lost(&self, name: &str, fault: &LinkFault) -> Option<String> {
        let (foreign, name, http) = (self.foreign(), name.to_owned(), matches!(fault, LinkFault::Http(_)));
        match self.ask(move |_, _| still_there(&foreign, &name, http)).await {
            Ok(true) => None,
            Ok(false) => Some("somebody removed it from the proxy server".into()),
            Err(error) => Some(error),
        }
    }
}

/// Removes a toxic or a rule from somebody's server. `false`: it was not there. Blocks.
pub(in crate::chaos) fn remove(foreign: &Foreign, name: &str, http: bool) -> Result<bool, String> {
    let client = Client::new(&foreign.api)?;
    if http { client.remove_rule(&foreign.proxy, name) } else { client.remove_toxic(&foreign.proxy, name) }
}

/// Whether somebody's server still has it. Blocks.
pub(in crate::chaos) fn still_there(foreign: &Foreign, name: &str, http: bool) -> Result<bool, String> {
    let client = Client::new(&foreign.api)?;
    if http { client.has_rule(&foreign.proxy, name) } else { client.has_toxic(&foreign.proxy, name) }
}
