//! How late the system's wake-ups are, learnt from them.

use crate::event::Nanos;
use std::cell::Cell;

/// No more than this is made up for: the rest of a wait is spent awake.
const MOST: i64 = 60_000;
/// What one wake-up changes.
const STEP: i64 = 200;
/// One wake-up in so many may come before the time that is waited for.
const EARLY_ONE_IN: i64 = 4;

/// A timer's interrupt, a core that has to be woken and a thread that has to get its turn always take their time: tens of
/// microseconds on a virtual machine. What nearly every wake-up is late by is known after a few of them, and the timer set
/// earlier by so much. It follows the first quartile of what is seen.
#[derive(Debug, Default)]
pub(crate) struct Foresight(Cell<i64>);

impl Foresight {
    /// How much earlier to set the timer.
    pub(crate) fn lead(&self) -> Nanos {
        Nanos(self.0.get())
    }

    /// Takes note of a wake-up, so late after the time that the timer was set to.
    pub(crate) fn learn(&self, late: Nanos) {
        let lead = self.0.get();
        let change = if late.0 > lead { STEP } else { -(EARLY_ONE_IN - 1) * STEP };
        self.0.set((lead + change).clamp(0, MOST));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(lateness: impl Iterator<Item = i64>) -> i64 {
        let foresight = Foresight::default();
        lateness.for_each(|late| foresight.learn(Nanos(late)));
        foresight.lead().0
    }

    #[test]
    fn it_learns_what_nearly_every_wake_up_is_late_by() {
        let learnt = after((0..10_000).map(|n| 20_000 + 1_000 * (n * 7 % 20)));
        assert!((24_000..26_500).contains(&learnt), "{learnt}");
    }

    #[test]
    fn it_forgets_when_wake_ups_become_prompt_and_never_learns_too_much() {
        assert_eq!(after((0..2_000).map(|n| if n < 1_000 { 30_000 } else { 0 })), 0);
        assert_eq!(after((0..2_000).map(|_| 5_000_000)), MOST);
    }
}
