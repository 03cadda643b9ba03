//! What a deployment of containers can do beyond the common trait.

use super::docker::Engine;
use super::{Instance, StackError};
use async_trait::async_trait;
use std::collections::{BTreeMap, BTreeSet};

/// The container behind an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContainerRef {
    /// Its id.
    pub id: String,
    /// Its name: `shop_web_1`.
    pub name: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Whether it stands still.
    pub paused: bool,
    /// When it was started last, in the engine's words: together with the id it names one life.
    pub started_at: String,
}

/// What a fault of ours is about to cause, so that it is not taken for something that the deployment did by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// The container ends.
    End,
    /// It is started.
    Start,
}

/// A deployment of containers. Faults that only containers know are built on this; the rest is [`super::Stack`]'s.
#[async_trait]
pub trait Containers: Send + Sync {
    /// The Compose project: nothing outside it is ever touched.
    fn project(&self) -> &str;

    /// What the instance of this service with this number is called, there or not.
    fn instance_name(&self, service: &str, number: u32) -> String;

    /// By instance: its own ports for which the engine chooses the host's port anew at each start.
    fn moving_ports(&self) -> Vec<(Instance, BTreeSet<u16>)>;

    /// The engine that runs them.
    fn engine(&self) -> &Engine;

    /// Looks at all containers anew: after some were removed, made or changed by hand.
    async fn refresh(&self) -> Result<(), StackError>;

    /// Takes an instance into a hand, for a fault that changes what it is (its limits, its networks, its being there): one at
    /// a time, since the second could not restore what was before the first. The error names who has it. While it is in a
    /// hand, changes of its health are the fault's doing.
    fn take(&self, instance: &str, fault: &'static str) -> Result<Hand, StackError>;

    /// Says what a fault is about to cause. Each is expected once, within the next seconds.
    fn expect(&self, instance: &str, what: Expected);
}

/// An instance in a hand; dropping it lets go.
pub struct Hand(Option<Box<dyn FnOnce() + Send + Sync>>);

impl Hand {
    /// A hand that does this when it lets go.
    pub fn new(let_go: impl FnOnce() + Send + Sync + 'static) -> Hand {
        Hand(Some(Box::new(let_go)))
    }
}

impl Drop for Hand {
    fn drop(&mut self) {
        if let Some(let_go) = self.0.take() {
            let_go();
        }
    }
}
