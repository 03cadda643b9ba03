//! Whether the harness itself keeps running: a stopped process, a starved processor, a suspended machine.

use crate::event::{LoadEvent, Nanos};

/// Between two signs of life of the coordinator lies a twentieth of a second; from here on it did not run.
const STALLED: Nanos = Nanos(250_000_000);

/// Takes signs of life.
pub(super) struct Pulse {
    last: Nanos,
    asleep: Nanos,
}

impl Pulse {
    /// From now on; `asleep` is how long the machine was suspended since it was started.
    pub(super) fn new(now: Nanos, asleep: Nanos) -> Pulse {
        Pulse { last: now, asleep }
    }

    /// A sign of life; tells the gap before it, if it was one.
    pub(super) fn beat(&mut self, now: Nanos, asleep: Nanos) -> Option<LoadEvent> {
        let (since, suspended) = (self.last, asleep - self.asleep);
        (self.last, self.asleep) = (now, asleep);
        let stalled = now - since > STALLED || suspended > STALLED;
        stalled.then_some(LoadEvent::Stalled {
            since,
            suspended: if suspended > STALLED { suspended } else { Nanos::ZERO },
        })
    }
}

/// How long the machine was suspended since it was started; zero where the system does not tell.
pub(super) fn asleep() -> Nanos {
    #[cfg(target_os = "linux")]
    {
        use rustix::time::{ClockId, clock_gettime};
        let nanos = |id| {
            let time = clock_gettime(id);
            Nanos(time.tv_sec * 1_000_000_000 + time.tv_nsec)
        };
        nanos(ClockId::Boottime) - nanos(ClockId::Monotonic)
    }
    #[cfg(not(target_os = "linux"))]
    Nanos::ZERO
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_is_told_once_and_a_beat_in_time_is_not() {
        let ms = |ms: i64| Nanos(ms * 1_000_000);
        let mut pulse = Pulse::new(ms(0), ms(7));
        assert_eq!(pulse.beat(ms(50), ms(7)), None);
        assert_eq!(pulse.beat(ms(300), ms(7)), None);
        let stalled = LoadEvent::Stalled { since: ms(300), suspended: Nanos::ZERO };
        assert_eq!(pulse.beat(ms(800), ms(7)), Some(stalled));
        assert_eq!(pulse.beat(ms(850), ms(7)), None);
        let suspended = LoadEvent::Stalled { since: ms(850), suspended: ms(60_000) };
        assert_eq!(pulse.beat(ms(900), ms(60_007)), Some(suspended));
    }
}
