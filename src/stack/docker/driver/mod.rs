//! The driver: a Compose project as a stack.

mod act;
mod bring_up;
mod expectations;
mod follow;
mod hands;
mod inventory;
mod own_check;
mod places;
mod preflight;
mod ready;
mod sample;
mod switches;

pub use preflight::preflight;

use super::compose::Compose;
use super::engine::Engine;
use crate::plan::model::StackSpec;
use crate::stack::{Containers, Context, Expected, Facts, Hand, Instance, Links, Stack, StackError};
use async_trait::async_trait;
use expectations::Expectations;
use hands::Hands;
use inventory::Inventory;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::task::AbortHandle;

/// A Compose project, brought up by us or found running. Dropping it leaves the project as it is.
pub struct ComposeStack {
    inner: Arc<Inner>,
    tasks: Mutex<Vec<AbortHandle>>,
}

struct Inner {
    spec: StackSpec,
    project: String,
    engine: Engine,
    /// `None`: attached to a project that we have no file of.
    compose: Option<Compose>,
    context: Context,
    inventory: Inventory,
    hands: Arc<Hands>,
    expectations: Expectations,
    /// Whether it ran before we came: it runs on when we go.
    found_running: AtomicBool,
    /// Whether it had volumes before we came: their content is not ours to drop.
    found_volumes: AtomicBool,
}

impl Inner {
    fn note(&self, text: String) {
        self.context.note(text);
    }
}

impl ComposeStack {
    /// Compose with the project's file; `None` where it is attached to a project without one.
    pub fn compose(&self) -> Option<&Compose> {
        self.inner.compose.as_ref()
    }

    fn watch(&self, on: bool) {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.drain(..).for_each(|task| task.abort());
        if on {
            tasks.push(tokio::spawn(follow::run(Arc::downgrade(&self.inner))).abort_handle());
            tasks.push(tokio::spawn(sample::run(Arc::downgrade(&self.inner))).abort_handle());
        }
    }
}

#[async_trait]
impl Stack for ComposeStack {
    async fn up(&self) -> Result<(), StackError> {
        bring_up::start(&self.inner).await?;
        self.watch(true);
        let mut up = ready::wait_all(&self.inner).await;
        if let (Ok(()), Some(links)) = (&up, &self.inner.context.links) {
            up = links.lead(&places::facts(&self.inner)).await.map_err(StackError::new);
        }
        if up.is_err() {
            self.watch(false);
        }
        up
    }

    fn instances(&self) -> Vec<Instance> {
        self.inner.inventory.instances()
    }

    fn facts(&self) -> Facts {
        places::facts(&self.inner)
    }

    fn links(&self) -> Option<&dyn Links> {
        self.inner.context.links.as_deref()
    }

    async fn signal(&self, instance: &str, signal: &str) -> Result<(), StackError> {
        act::signal(&self.inner, instance, signal).await
    }

    async fn stop(&self, instance: &str) -> Result<crate::stack::Stopped, StackError> {
        act::stop(&self.inner, instance).await
    }

    async fn start(&self, instance: &str) -> Result<(), StackError> {
        act::start(&self.inner, instance).await
    }

    async fn pause(&self, instance: &str) -> Result<(), StackError> {
        act::pause(&self.inner, instance).await
    }

    async fn resume(&self, instance: &str) -> Result<(), StackError> {
        act::resume(&self.inner, instance).await
    }

    async fn down(&self) -> Result<(), StackError> {
        self.watch(false);
        bring_up::down(&self.inner).await
    }

    fn instance_called(&self, name: &str) -> Option<String> {
        self.inner.inventory.called(name)
    }

    fn containers(&self) -> Option<&dyn Containers> {
        Some(self)
    }
}

#[async_trait]
impl Containers for ComposeStack {
    fn project(&self) -> &str {
        &self.inner.project
    }

    fn instance_name(&self, service: &str, number: u32) -> String {
        self.inner.inventory.name_of(service, number)
    }

    fn moving_ports(&self) -> Vec<(Instance, BTreeSet<u16>)> {
        self.inner.inventory.moving_ports()
    }

    fn engine(&self) -> &Engine {
        &self.inner.engine
    }

    async fn refresh(&self) -> Result<(), StackError> {
        self.inner.inventory.refresh(&self.inner.engine, &self.inner.project).await
    }

    fn take(&self, instance: &str, fault: &'static str) -> Result<Hand, StackError> {
        Hands::take(&self.inner.hands, instance, fault)
    }

    fn expect(&self, instance: &str, what: Expected) {
        self.inner.expectations.expect(instance, what);
    }
}

impl Drop for ComposeStack {
    fn drop(&mut self) {
        self.watch(false);
    }
}

impl Inner {
    fn found_running(&self) -> bool {
        self.found_running.load(Ordering::Acquire)
    }
}
