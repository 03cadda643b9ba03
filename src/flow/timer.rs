//! Waiting, for think times and backoff.

use crate::event::{Clock, Nanos};
use std::pin::Pin;

/// Waits until points on the run's clock, for any number of sessions of one worker at once. What it is late is part of
/// the next step's latency, since a step's intended start is the end of the thinking before it.
pub trait Timer {
    /// Waits until `at`.
    fn sleep_until(&self, at: Nanos) -> Pin<Box<dyn Future<Output = ()> + '_>>;
}

/// Tokio's timers, which tick in milliseconds: up to one late.
#[derive(Clone, Copy, Debug)]
pub struct TokioTimer(pub Clock);

impl Timer for TokioTimer {
    fn sleep_until(&self, at: Nanos) -> Pin<Box<dyn Future<Output = ()> + '_>> {
        let clock = self.0;
        Box::pin(async move {
            let ahead = at - clock.now();
            if ahead > Nanos::ZERO {
                tokio::time::sleep(ahead.to_duration()).await;
            }
        })
    }
}
