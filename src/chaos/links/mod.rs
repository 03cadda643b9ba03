//! The plan's links: proxies of our own in this process, or of a Toxiproxy server in the deployment.

mod local;
mod remote;
pub(super) mod toxin;

pub(super) use remote::{remove, still_there};

use crate::event::TargetStruck;
use crate::plan::Plan;
use crate::plan::model::Link;
use crate::stack::{Facts, Foreign, LinkFault, Links};
use async_trait::async_trait;
use local::Local;
use remote::Remote;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// All links of a plan.
#[derive(Debug)]
pub struct PlanLinks {
    local: Local,
    remote: BTreeMap<String, Remote>,
    facts: Mutex<Facts>,
}

impl PlanLinks {
    /// Nothing is opened yet. `None`: the plan has no links.
    pub fn of(plan: &Plan) -> Result<Option<PlanLinks>, String> {
        if plan.stack.links.is_empty() {
            return Ok(None);
        }
        let mut remote = BTreeMap::new();
        for link in &plan.stack.links {
            if let Some(api) = &link.api {
                let remote_link =
                    Remote::new(link, api).map_err(|error| format!("link `{}`: {error}", link.name))?;
                remote.insert(link.name.clone(), remote_link);
            }
        }
        let ours: Vec<Link> = plan.stack.links.iter().filter(|link| link.api.is_none()).cloned().collect();
        // A proxy that looks at requests costs more: only where a fault wants it.
        let looks = |link: &str| {
            plan.faults
                .iter()
                .filter_map(|fault| fault.http.as_ref())
                .any(|http| http.link.as_deref() == Some(link))
        };
        let local = Local::new(ours, plan.seed, looks);
        Ok(Some(PlanLinks { local, remote, facts: Mutex::default() }))
    }
}

#[async_trait]
impl Links for PlanLinks {
    fn facts(&self) -> Facts {
        self.facts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn lead(&self, facts: &Facts) -> Result<(), String> {
        let mut found = self.local.lead(facts).await?;
        for (name, remote) in &self.remote {
            found.insert(name.clone(), vec![remote.listen().await?]);
        }
        let mut all = Facts::new();
        for (name, addresses) in found {
            let first = addresses.first().cloned().unwrap_or_default();
            all.insert(format!("link.{name}.address"), first);
            all.insert(format!("link.{name}.addresses"), addresses.join(","));
        }
        *self.facts.lock().unwrap_or_else(PoisonError::into_inner) = all;
        Ok(())
    }

    async fn apply(&self, name: &str, fault: &LinkFault) -> Result<(), String> {
        match self.remote.get(fault.link()) {
            Some(remote) => remote.apply(name, fault).await,
            None => self.local.apply(name, fault),
        }
    }

    async fn heal(&self, name: &str, fault: &LinkFault) -> Result<(), String> {
        match self.remote.get(fault.link()) {
            Some(remote) => remote.heal(name, fault).await,
            None => {
                self.local.heal(name, fault);
                Ok(())
            }
        }
    }

    fn own_limits(&self) -> Vec<(String, String)> {
        self.local.own_limits()
    }

    async fn lost(&self, name: &str, fault: &LinkFault) -> Option<String> {
        self.remote.get(fault.link())?.lost(name, fault).await
    }

    async fn struck(&self, name: &str, fault: &LinkFault) -> Vec<TargetStruck> {
        match self.remote.get(fault.link()) {
            Some(remote) => vec![remote.struck(name, fault).await],
            None => self.local.tallies(name, fault),
        }
    }

    fn foreign(&self, fault: &LinkFault) -> Option<Foreign> {
        self.remote.get(fault.link()).map(Remote::foreign)
    }
}

#[cfg(test)]
mod tests;
