//! A container's own health check, asked for by us. The engine carries it out for the first time a whole interval after the
//! start, and calls a container that was paused unhealthy until the next time; a deployment with long intervals (each check
//! is a process, and costs one) would be waited for in vain.

use crate::stack::docker::engine::{Container, Engine};
use std::time::Duration;
use tokio::time::Instant;

/// How long one check may take.
const WITHIN: Duration = Duration::from_secs(5);
/// The pause after one that failed: at first, and at most.
const PAUSES: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(2));

/// When it is asked again.
pub(super) struct OwnCheck {
    next: Instant,
    pause: Duration,
}

impl Default for OwnCheck {
    fn default() -> OwnCheck {
        OwnCheck { next: Instant::now(), pause: PAUSES.0 }
    }
}

impl OwnCheck {
    /// Whether the check was asked now and passed. One that fails, cannot be started or is late says nothing yet: the
    /// engine's word and the deadline still decide.
    pub(super) async fn passes(&mut self, engine: &Engine, container: &Container) -> bool {
        let Some(command) = &container.check else { return false };
        if Instant::now() < self.next {
            return false;
        }
        let passed = engine.exec(&container.id, command, WITHIN).await.is_ok_and(|ended| ended.code == 0);
        self.next = Instant::now() + self.pause;
        self.pause = (self.pause * 2).min(PAUSES.1);
        passed
    }
}
