//! Without a kernel timer that can be waited for: a coarse sleep, then yields.

use crate::event::{Clock, Nanos};
use std::io;

/// Tokio's wheel ticks in milliseconds and may be late by one.
const COARSE: Nanos = Nanos(2_000_000);

/// A timer that keeps the core busy for the last two milliseconds.
pub(super) struct Alarm;

impl Alarm {
    pub(super) fn new() -> io::Result<Alarm> {
        Ok(Alarm)
    }

    /// Sleeps until a point on the clock.
    pub(super) async fn sleep_until(&self, clock: &Clock, at: Nanos) {
        let ahead = at - clock.now();
        if ahead > COARSE {
            tokio::time::sleep((ahead - COARSE).to_duration()).await;
        }
        while clock.now() < at {
            tokio::task::yield_now().await;
        }
    }
}
