//! What the operating system knows of processes, and what it does to them: one small file per question.
//!
//! Answers come from `/proc`. Where there is none, start times and states come from `ps`, and whatever needs more (members
//! of a group, environments) finds nothing.

mod identity;
mod members;
mod port_holder;
mod ps;
mod send;
mod signals;
mod stat;
mod sweep;

pub use identity::{boot_id, same_process, start_time};
pub use members::{INSTANCE_VARIABLE, RUN_VARIABLE, group_members, is_frozen, marked, marker};
pub use port_holder::port_holder;
pub use send::{SendError, send_to_group, send_to_process};
pub use signals::{catches, ends_programs, signal_name, signal_named};
pub use stat::{Stat, all, stat};
pub(crate) use sweep::end_all;
pub use sweep::{Swept, sweep};
