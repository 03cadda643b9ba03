//! Waiting for what the kernel, an engine or another process does: they tell nobody when they have done it, so they are asked
//! until it holds. Where something tells, tests wait for that instead.
//!
//! The limits are there so that a test ends; how long something may take is for `tests/experiments` to judge.

#![allow(dead_code, reason = "each set of tests uses a part of it")]

use std::time::{Duration, Instant};

/// The pause between two questions.
const PAUSE: Duration = Duration::from_millis(5);
/// Longer than anything takes that still works, on a machine that is busy.
const LONGEST: Duration = Duration::from_secs(30);

/// Asks until it holds; how long that took.
pub async fn eventually(what: &str, holds: impl AsyncFnMut() -> bool) -> Duration {
    within(LONGEST, what, holds).await
}

/// Asks until it holds, for so long at the most; how long that took.
pub async fn within(limit: Duration, what: &str, holds: impl AsyncFnMut() -> bool) -> Duration {
    came_true(limit, holds).await.unwrap_or_else(|| panic!("not within {limit:?}: {what}"))
}

/// The same for tests that can show more than words of what is wrong: `None` if it did not come to hold.
pub async fn came_true(limit: Duration, mut holds: impl AsyncFnMut() -> bool) -> Option<Duration> {
    let began = Instant::now();
    while !holds().await {
        if began.elapsed() >= limit {
            return None;
        }
        tokio::time::sleep(PAUSE).await;
    }
    Some(began.elapsed())
}

/// The same where there is no runtime.
pub mod blocking {
    use super::{LONGEST, PAUSE};
    use std::time::{Duration, Instant};

    /// Asks until it holds; how long that took.
    #[track_caller]
    pub fn eventually(what: &str, holds: impl FnMut() -> bool) -> Duration {
        within(LONGEST, what, holds)
    }

    /// Asks until it holds, for so long at the most; how long that took.
    #[track_caller]
    pub fn within(limit: Duration, what: &str, holds: impl FnMut() -> bool) -> Duration {
        came_true(limit, holds).unwrap_or_else(|| panic!("not within {limit:?}: {what}"))
    }

    /// The same for tests that can show more than words of what is wrong: `None` if it did not come to hold.
    pub fn came_true(limit: Duration, mut holds: impl FnMut() -> bool) -> Option<Duration> {
        let began = Instant::now();
        while !holds() {
            if began.elapsed() >= limit {
                return None;
            }
            std::thread::sleep(PAUSE);
        }
        Some(began.elapsed())
    }
}
