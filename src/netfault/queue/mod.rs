//! The kernel's packet queues (`linux/netfilter/nfnetlink_queue.h`): both directions on one socket.

mod message;
mod overflow;
mod socket;

pub(super) use message::{Packet, Verdict};
pub(super) use overflow::losses;
pub(super) use socket::{Queues, Taking};
