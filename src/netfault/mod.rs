//! Network faults inside one network namespace, without netem: packets wait in the kernel's NFQUEUE until this program
//! lets them go on.
//!
//! The helper ([`helper_main`]) runs in the target's namespace and takes orders as JSON lines ([`Order`], [`Answer`]). All that
//! it changes belongs to its netlink sockets: the tables carry the owner flag, the queue rules let everything pass when nobody
//! listens. The kernel takes it all back when the process ends, however it ends. See `docs/network-faults.md`.

mod corrupt;
#[cfg(target_os = "linux")]
mod cut;
mod dns;
mod fate;
mod held;
#[cfg(target_os = "linux")]
mod helper;
mod link;
#[cfg(target_os = "linux")]
mod netlink;
#[cfg(target_os = "linux")]
mod nft;
mod packet;
mod protocol;
#[cfg(target_os = "linux")]
mod queue;
mod spec;
mod streams;

pub use fate::{Fate, fate};
#[cfg(target_os = "linux")]
pub use helper::helper_main;
pub use protocol::{Answer, Count, Counts, Hello, Order, Overflow};
pub use spec::{Direction, LookUp, Part, Selector, Sort, Trouble};
pub use streams::Streams;
