//! Brings a deployment up, finds its instances, watches and samples them, takes it down.

mod answers;
mod containers;
pub mod docker;
mod driver;
mod ledger;
mod links;
pub mod os;
mod process;
pub mod reference;
#[cfg(test)]
pub(crate) mod testing;
mod url;

pub use containers::{ContainerRef, Containers, Expected, Hand};
pub use driver::{Facts, Instance, Stack, StackError, Stopped};
pub use ledger::{Child, Ledger, NoLedger};
pub use links::{Foreign, LinkFault, Links};
pub use process::{Context, Environment, ProcessStack, planned_instances};
pub use url::{UrlStack, allowed, allowed_with};
