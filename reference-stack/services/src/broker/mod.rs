//! RabbitMQ: connections to whichever node answers, a publisher with confirms, consumers that come back.
//!
//! Events go to a fan-out exchange; each kind of notification has its quorum queue there, with a delivery limit, and a
//! dead-letter queue behind it.

mod consumer;
mod nodes;
mod publisher;
mod topology;

pub use consumer::{Consuming, consume};
pub use nodes::Nodes;
pub use publisher::{Message, Publisher};
pub use topology::{ACCEPTED, Channels, EVENTS, KINDS, Topology, dead_queue, queue};
