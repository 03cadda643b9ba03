//! What every driver can do: one trait for processes, containers and bare URLs.

use super::{ContainerRef, Containers, Links};
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

/// What the plan's `${…}` can say of a running deployment: `front.address`, `node.addresses`, `run`, `shakedown`.
pub type Facts = BTreeMap<String, String>;

/// One running (or stopped) part of the deployment.
#[derive(Clone, Debug, PartialEq)]
pub struct Instance {
    /// Its name: `node-1`.
    pub name: String,
    /// Its service: `node`.
    pub service: String,
    /// Its number in the service, from 1.
    pub index: u32,
    /// Where it listens.
    pub address: Option<SocketAddr>,
    /// The process id, while it runs.
    pub pid: Option<u32>,
    /// Whether it runs.
    pub alive: bool,
    /// The container, where it is one.
    pub container: Option<ContainerRef>,
}

/// What went wrong with a deployment, ready to be shown: what, where and what to do.
#[derive(Clone, Debug, PartialEq)]
pub struct StackError {
    /// The message.
    pub message: String,
    /// Lines that help: the end of the instance's log.
    pub context: Vec<String>,
}

impl StackError {
    /// An error without context.
    pub fn new(message: impl Into<String>) -> StackError {
        StackError { message: message.into(), context: Vec::new() }
    }
}

impl fmt::Display for StackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        for line in &self.context {
            write!(f, "\n    {line}")?;
        }
        Ok(())
    }
}

impl std::error::Error for StackError {}

/// How an instance was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// It ended when it was asked to, or did not run.
    InOrder,
    /// It ignored its stop signal for so long, and was killed.
    Killed(Duration),
}

/// A deployment under a driver. Instances are named as in [`Instance::name`]. Every method may be called at any time
/// from any task; those on one instance follow one another.
#[async_trait]
pub trait Stack: Send + Sync {
    /// Brings everything up, in the plan's order, until all is ready.
    async fn up(&self) -> Result<(), StackError>;
    /// Every instance, in the plan's order.
    fn instances(&self) -> Vec<Instance>;
    /// What `${…}` can say of it.
    fn facts(&self) -> Facts;
    /// Sends a signal (`KILL`, `TERM`, …) and, for one that ends it, waits until it has ended.
    async fn signal(&self, instance: &str, signal: &str) -> Result<(), StackError>;
    /// Stops it in order; kills it if that takes too long, and says so.
    async fn stop(&self, instance: &str) -> Result<Stopped, StackError>;
    /// Starts a stopped one on its old port and waits until it is ready. One that runs already is left alone.
    async fn start(&self, instance: &str) -> Result<(), StackError>;
    /// Freezes it: no thread of it runs on.
    async fn pause(&self, instance: &str) -> Result<(), StackError>;
    /// Resumes it.
    async fn resume(&self, instance: &str) -> Result<(), StackError>;
    /// Takes everything down. Goes on after errors and returns the first.
    async fn down(&self) -> Result<(), StackError>;
    /// The instance that calls itself by this name in its replies, where that is not the instance's own name.
    fn instance_called(&self, _: &str) -> Option<String> {
        None
    }
    /// What its containers can do beyond this; `None` where the instances are no containers.
    fn containers(&self) -> Option<&dyn Containers> {
        None
    }
    /// Its links through a proxy, if it has any.
    fn links(&self) -> Option<&dyn Links> {
        None
    }
}
