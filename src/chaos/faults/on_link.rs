//! `toxic` and `http` on a link: put on it, and taken off at the end. The deployment's links know how.

use crate::chaos::{Context, Escape, Fault, FaultGuard, Heal, NotApplied};
use crate::event::{Struck, TargetStruck, Unit};
use crate::plan::model::FaultTarget;
use crate::stack::{Instance, LinkFault, Links, Stack};
use async_trait::async_trait;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What stands for a link in the list of targets. No service has a space in its name.
const LINK: &str = "link ";

/// The target that is this link.
pub(super) fn target(link: &str) -> FaultTarget {
    FaultTarget { service: Some(format!("{LINK}{link}")), ..FaultTarget::default() }
}

/// The link that this target is, as what is struck. A link is no process: nothing of it can end or start.
pub(in crate::chaos) fn as_instance(target: &FaultTarget) -> Option<Instance> {
    let name = target.service.as_ref().filter(|service| service.starts_with(LINK))?;
    Some(Instance {
        name: name.clone(),
        service: name.clone(),
        index: 1,
        address: None,
        pid: None,
        alive: true,
        container: None,
    })
}

/// A fault on a link, under the fault's id: that is the toxic's, or the rule's, name.
#[derive(Clone)]
pub(super) struct OnLink {
    id: String,
    fault: LinkFault,
}

impl OnLink {
    pub(super) fn new(id: &str, fault: LinkFault) -> OnLink {
        OnLink { id: id.to_owned(), fault }
    }

    fn links<'a>(&self, stack: &'a dyn Stack) -> Result<&'a dyn Links, String> {
        stack.links().ok_or_else(|| format!("this deployment has no link `{}`", self.fault.link()))
    }
}

#[async_trait]
impl Fault for OnLink {
    fn kind(&self) -> &'static str {
        match self.fault {
            LinkFault::Toxic(_) => "toxic",
            LinkFault::Http(_) => "http",
        }
    }

    /// Nothing for a proxy of ours, which vanishes with us.
    async fn prepare(&self, context: &Context) -> Result<Vec<Heal>, NotApplied> {
        let foreign = self.links(context.stack.as_ref())?.foreign(&self.fault);
        let (name, http) = (self.id.clone(), matches!(self.fault, LinkFault::Http(_)));
        Ok(foreign.map(|at| Heal::Remove { api: at.api, proxy: at.proxy, name, http }).into_iter().collect())
    }

    async fn apply(&self, context: &Context) -> Result<Box<dyn FaultGuard>, NotApplied> {
        self.links(context.stack.as_ref())?.apply(&self.id, &self.fault).await?;
        let unit = match self.fault {
            LinkFault::Toxic(_) => Unit::Connections,
            LinkFault::Http(_) => Unit::Requests,
        };
        let not_yet =
            TargetStruck::not_known(&format!("{LINK}{}", self.fault.link()), "it was not asked for");
        let struck = Mutex::new(Struck { unit, targets: vec![not_yet] });
        Ok(Box::new(InForce { stack: Arc::clone(&context.stack), on: self.clone(), struck }))
    }
}

struct InForce {
    stack: Arc<dyn Stack>,
    on: OnLink,
    struck: Mutex<Struck>,
}

impl InForce {
    fn counted(&self) -> MutexGuard<'_, Struck> {
        self.struck.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks the link's proxies. The count ends with the fault on them: it is asked for before that.
    async fn count(&self) -> Result<(), String> {
        let targets = self.on.links(self.stack.as_ref())?.struck(&self.on.id, &self.on.fault).await;
        let mut struck = self.counted();
        // After a heal that failed half-way it is not on all of them any more.
        if struck.targets.iter().all(|target| target.tally.is_none()) {
            struck.targets = targets;
        }
        Ok(())
    }
}

#[async_trait]
impl FaultGuard for InForce {
    async fn heal(&self) -> Result<(), String> {
        self.count().await?;
        self.on.links(self.stack.as_ref())?.heal(&self.on.id, &self.on.fault).await
    }

    async fn escaped(&self) -> Vec<Escape> {
        let Some(links) = self.stack.links() else { return Vec::new() };
        let lost = links.lost(&self.on.id, &self.on.fault).await;
        let target = format!("{LINK}{}", self.on.fault.link());
        lost.into_iter().map(|why| Escape { target: target.clone(), why }).collect()
    }

    fn struck(&self) -> Struck {
        self.counted().clone()
    }
}
