//! How the outside ends the load before its time.

use crate::event::Nanos;
use std::sync::atomic::{AtomicI64, AtomicU8, Ordering};
use tokio::sync::Notify;

/// How far the end has come; before the first stage, sessions start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Stage {
    /// No new session starts.
    Stop = 1,
    /// Sessions in flight end now.
    Cut = 2,
}

/// One for all workers of a load. It only ever moves on.
#[derive(Debug, Default)]
pub(crate) struct Signal {
    stage: AtomicU8,
    /// Until when the load goes on, where that is later than planned.
    until: AtomicI64,
    moved: Notify,
}

impl Signal {
    /// Moves on to a stage, unless it is there or further already.
    pub(crate) fn raise(&self, stage: Stage) {
        self.stage.fetch_max(stage as u8, Ordering::AcqRel);
        self.moved.notify_waiters();
    }

    /// The load goes on until then, if it has not ended yet.
    pub(crate) fn extend(&self, until: Nanos) {
        self.until.fetch_max(until.0, Ordering::AcqRel);
    }

    /// When the load ends, planned for `end`.
    #[inline]
    pub(crate) fn until(&self, end: Nanos) -> Nanos {
        end.max(Nanos(self.until.load(Ordering::Relaxed)))
    }

    /// Whether it has come this far.
    #[inline]
    pub(crate) fn is(&self, stage: Stage) -> bool {
        self.stage.load(Ordering::Relaxed) >= stage as u8
    }

    /// Waits until it has.
    pub(crate) async fn reached(&self, stage: Stage) {
        loop {
            // Made before the look: it then hears of every later move.
            let moved = self.moved.notified();
            if self.is(stage) {
                return;
            }
            moved.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_only_moves_on() {
        let signal = Signal::default();
        assert!(!signal.is(Stage::Stop));
        signal.raise(Stage::Cut);
        signal.raise(Stage::Stop);
        assert!(signal.is(Stage::Cut));
    }

    #[test]
    fn who_waits_hears_of_it_across_threads() {
        let signal = std::sync::Arc::new(Signal::default());
        let raiser = signal.clone();
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let thread = std::thread::spawn(move || {
            raiser.raise(Stage::Stop);
            raiser.raise(Stage::Cut);
        });
        runtime.block_on(signal.reached(Stage::Cut));
        thread.join().expect("raised");
    }
}
