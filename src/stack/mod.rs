//! Brings a deployment up, finds its instances, watches and samples them, takes it down.

mod driver;
mod ledger;
pub mod os;
mod process;
pub mod reference;
#[cfg(test)]
pub(crate) mod testing;
mod url;

pub use driver::{Facts, Instance, Stack, StackError};
pub use ledger::{Child, Ledger, NoLedger};
pub use process::{Context, Environment, ProcessStack, planned_instances};
pub use url::{UrlStack, allowed, allowed_with};
