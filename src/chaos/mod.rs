//! Faults as guards: nothing is injected without a way to heal it; journal, lock, sentinel.
//!
//! The order of a run: [`Lock`], then [`leftovers`] (a run refuses to start over them), then [`Journal`], then
//! [`Sentinel`], and only then the first child. At the end: faults healed, stack down, [`Journal::clean`],
//! [`Sentinel::release`].

mod controller;
mod describe;
mod fault;
mod faults;
mod foreign;
mod heal;
pub mod helpers;
mod journal;
mod leftovers;
mod links;
mod lock;
mod remedies;
mod schedule;
mod sentinel;
mod state_dir;
mod stray_helpers;
mod target;
mod utc;

pub use controller::{Controller, first_victims};
pub use describe::{PlannedFault, PlannedStrike, describe};
pub use fault::{Context, Escape, Fault, FaultGuard, NotApplied, Renewed};
pub use heal::{HealReport, heal};
pub use journal::{Contents, Entry, Heal, Journal, Line};
pub use leftovers::{Leftover, leftovers};
pub use links::PlanLinks;
pub use lock::Lock;
pub use schedule::{Begin, Strike, Timing};
pub use sentinel::{Sentinel, sentinel_main};
pub use state_dir::StateDir;
pub use target::{choose, is_container, unambiguous};
