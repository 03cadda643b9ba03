//! Links between services that lead through a proxy.

use super::Facts;
use crate::event::TargetStruck;
use crate::plan::model::{HttpFault, ToxicFault};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// What can be done to a link.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinkFault {
    /// A toxic is put on it.
    Toxic(ToxicFault),
    /// Requests through it are answered wrongly, late or not at all.
    Http(HttpFault),
}

impl LinkFault {
    /// The link.
    pub fn link(&self) -> &str {
        match self {
            LinkFault::Toxic(toxic) => toxic.link.as_deref().unwrap_or_default(),
            LinkFault::Http(http) => http.link.as_deref().unwrap_or_default(),
        }
    }

    /// Whether it strikes the link before this instance of its service, counted from 1.
    pub fn strikes(&self, instance: usize) -> bool {
        let wanted = match self {
            LinkFault::Toxic(toxic) => &toxic.index,
            LinkFault::Http(http) => &http.index,
        };
        wanted.as_ref().is_none_or(|wanted| wanted.iter().any(|index| *index as usize == instance))
    }
}

/// A thing on somebody else's proxy server that outlives us: what is to be removed, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreign {
    /// The server's interface: `http://127.0.0.1:8474`.
    pub api: String,
    /// The proxy's name there.
    pub proxy: String,
}

/// The links of a deployment. Errors are ready to be shown.
#[async_trait]
pub trait Links: Send + Sync {
    /// What `${link.…}` says; nothing before they lead somewhere.
    fn facts(&self) -> Facts;

    /// Leads every link to where its service is now. Called before a service starts that may use one, and again when
    /// addresses have changed.
    async fn lead(&self, facts: &Facts) -> Result<(), String>;

    /// Puts a fault on its link under this name, on all of the link's proxies or none.
    async fn apply(&self, name: &str, fault: &LinkFault) -> Result<(), String>;

    /// Takes it off again; one that is off already is no error.
    async fn heal(&self, name: &str, fault: &LinkFault) -> Result<(), String>;

    /// What the links' proxies in this process could not do for want of something of our own, by name.
    fn own_limits(&self) -> Vec<(String, String)> {
        Vec::new()
    }

    /// Why it is not in force any more though nobody has taken it off.
    async fn lost(&self, name: &str, fault: &LinkFault) -> Option<String>;

    /// What it has struck so far, by proxy of the link, as the proxies count it.
    async fn struck(&self, name: &str, fault: &LinkFault) -> Vec<TargetStruck>;

    /// Where on somebody else's server the fault will be; `None`: it is in this process and ends with it.
    fn foreign(&self, fault: &LinkFault) -> Option<Foreign>;
}
