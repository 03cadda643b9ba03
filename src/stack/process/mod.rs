//! `kind = "processes"`: every instance is a process of this machine, in a process group of its own.

mod act;
mod bring_up;
mod context;
mod layout;
mod life;
mod log_tail;
mod names;
mod ports;
mod ready;
mod sample;
mod slot;
mod spawn;
#[cfg(test)]
mod tests;
mod watch;

pub use context::{Context, Environment};
pub use layout::planned_instances;

use super::{Facts, Instance, Links, Stack, StackError, os};
use crate::plan::model::StackSpec;
use async_trait::async_trait;
use ports::Ports;
use rustix::process::Signal;
use slot::Slot;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::task::AbortHandle;

/// The plan's services as processes of this machine. Dropping it kills what still runs.
pub struct ProcessStack {
    inner: Arc<Inner>,
    sampler: Mutex<Option<AbortHandle>>,
}

struct Inner {
    spec: StackSpec,
    context: Context,
    slots: Vec<Arc<Slot>>,
    ports: Mutex<Ports>,
}

impl ProcessStack {
    /// Checks the plan's services and chooses ports; starts nothing.
    pub fn new(spec: &StackSpec, mut context: Context) -> Result<ProcessStack, StackError> {
        // Services may work in directories of their own.
        if let Ok(absolute) = std::path::absolute(&context.run) {
            context.run = absolute;
        }
        let mut ports = Ports::starting_from(&context.run_name);
        let slots = layout::layout(spec, &mut ports)?.into_iter().map(|planned| Arc::new(Slot::new(planned)));
        let slots = slots.collect();
        let inner = Inner { spec: spec.clone(), context, slots, ports: Mutex::new(ports) };
        Ok(ProcessStack { inner: Arc::new(inner), sampler: Mutex::new(None) })
    }

    fn slot(&self, instance: &str) -> Result<Arc<Slot>, StackError> {
        let found = self.inner.slots.iter().find(|slot| slot.name() == instance);
        found.cloned().ok_or_else(|| {
            let names: Vec<String> = self.inner.slots.iter().map(|slot| slot.name()).collect();
            StackError::new(format!("there is no instance `{instance}`; there are {}", names.join(", ")))
        })
    }

    fn sample(&self, on: bool) {
        let mut sampler = self.sampler.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(old) = sampler.take() {
            old.abort();
        }
        if on {
            *sampler = Some(tokio::spawn(sample::run(Arc::downgrade(&self.inner))).abort_handle());
        }
    }
}

impl Inner {
    fn slots_of(&self, service: usize) -> Vec<Arc<Slot>> {
        self.slots.iter().filter(|slot| slot.planned().service == service).cloned().collect()
    }

    fn log_path(&self, instance: &str) -> PathBuf {
        self.context.run.join("logs").join(format!("{instance}.log"))
    }

    fn choose_port(&self) -> Result<u16, String> {
        self.ports.lock().unwrap_or_else(PoisonError::into_inner).choose()
    }

    fn facts(&self) -> Facts {
        let name = |service: usize| self.spec.services[service].name.clone();
        let planned: Vec<_> = self.slots.iter().map(|slot| slot.planned()).collect();
        let planned: Vec<_> = planned.into_iter().map(|one| (one.clone(), name(one.service))).collect();
        let mut facts = names::facts(self.context.facts(), &planned);
        facts.extend(self.context.links.iter().flat_map(|links| links.facts()));
        facts
    }
}

#[async_trait]
impl Stack for ProcessStack {
    async fn up(&self) -> Result<(), StackError> {
        self.sample(true);
        let up = bring_up::up(&self.inner).await;
        if up.is_err() {
            self.sample(false);
        }
        up
    }

    fn instances(&self) -> Vec<Instance> {
        let services = &self.inner.spec.services;
        self.inner.slots.iter().map(|slot| slot.instance(&services[slot.planned().service].name)).collect()
    }

    fn facts(&self) -> Facts {
        self.inner.facts()
    }

    async fn signal(&self, instance: &str, signal: &str) -> Result<(), StackError> {
        let slot = self.slot(instance)?;
        let _gate = slot.gate.lock().await;
        act::signal(&self.inner, &slot, signal).await
    }

    async fn stop(&self, instance: &str) -> Result<crate::stack::Stopped, StackError> {
        let slot = self.slot(instance)?;
        let _gate = slot.gate.lock().await;
        act::stop(&self.inner, &slot).await
    }

    async fn start(&self, instance: &str) -> Result<(), StackError> {
        let slot = self.slot(instance)?;
        let _gate = slot.gate.lock().await;
        act::start(&self.inner, &slot).await
    }

    async fn pause(&self, instance: &str) -> Result<(), StackError> {
        let slot = self.slot(instance)?;
        let _gate = slot.gate.lock().await;
        act::pause(&self.inner, &slot).await
    }

    async fn resume(&self, instance: &str) -> Result<(), StackError> {
        let slot = self.slot(instance)?;
        let _gate = slot.gate.lock().await;
        act::resume(&self.inner, &slot).await
    }

    async fn down(&self) -> Result<(), StackError> {
        let down = bring_up::down(&self.inner).await;
        self.sample(false);
        down
    }

    fn links(&self) -> Option<&dyn Links> {
        self.inner.context.links.as_deref()
    }
}

impl Drop for ProcessStack {
    fn drop(&mut self) {
        self.sample(false);
        for life in self.inner.slots.iter().filter_map(|slot| slot.life()) {
            life.expect(Some("ended because the stack was dropped"));
            // Nobody is left to hear of an error; the sentinel comes after us.
            let _ = os::send_to_group(life.child.pid, life.child.start_time, Signal::KILL);
        }
    }
}
