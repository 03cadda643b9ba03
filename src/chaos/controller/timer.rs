//! Waiting for a point on the run's clock.

use super::Shared;
use crate::event::Nanos;

impl Shared {
    /// Waits until the clock shows `at`; `false` if the controller was closed before.
    pub(super) async fn reaches(&self, at: Nanos) -> bool {
        let mut closed = self.closed.subscribe();
        loop {
            if *closed.borrow() {
                return false;
            }
            let left = at - self.clock.now();
            if left <= Nanos::ZERO {
                return true;
            }
            tokio::select! {
                () = tokio::time::sleep(left.to_duration()) => {}
                // The sender lives in `self`: this never fails.
                _ = closed.wait_for(|closed| *closed) => return false,
            }
        }
    }
}
