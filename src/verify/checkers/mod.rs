//! The checkers: one file each, all of the same make. Pure functions of history, final state, samples and parameters.

mod acknowledged_not_lost;
mod balance;
mod case;
mod conservation;
mod evidence;
mod exactly_once;
mod failover_complete;
mod fan_out;
mod guard;
mod heaviest;
mod idempotent_replay;
mod keys;
mod linearizable;
mod monotonic_reads;
mod never_negative;
mod no_phantom;
mod one_writer;
mod own;
mod queue;
mod rate_limit;
mod read_your_writes;
mod reigns;
mod saga_atomic;
mod sessions;
mod set;
mod staleness;
mod unique_ids;
mod views;

pub use case::{Case, Checker, Finding};
pub use evidence::Evidence;
pub use guard::guarded;

/// The checkers of this folder.
pub const LINEAR: &[&dyn Checker] = &[
    &acknowledged_not_lost::AcknowledgedNotLost,
    &no_phantom::NoPhantom,
    &exactly_once::ExactlyOnce,
    &idempotent_replay::IdempotentReplay,
    &read_your_writes::ReadYourWrites,
    &monotonic_reads::MonotonicReads,
    &staleness::Staleness,
    &saga_atomic::SagaAtomic,
    &conservation::Conservation,
    &never_negative::NeverNegative,
    &fan_out::FanOut,
    &queue::Queue,
    &rate_limit::RateLimit,
    &balance::Balance,
    &one_writer::OneWriter,
    &failover_complete::FailoverComplete,
    &linearizable::Linearizable,
    &set::Set,
    &unique_ids::UniqueIds,
];
