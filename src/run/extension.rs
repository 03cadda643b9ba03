//! How the load goes on beyond its planned end for the sake of a fault that was late.

use crate::event::{LoadEvent, Nanos};

/// So long before its end it is decided whether the load goes on: workers that sleep until the end find it moved.
const AHEAD: Nanos = Nanos(200_000_000);
/// By so much the end is moved at a time.
const STEP: Nanos = Nanos(400_000_000);

/// The load's end, which moves on while a fault needs it.
pub(super) struct Extension {
    /// When the load begins.
    pub(super) load_start: Nanos,
    planned: Nanos,
    most: Nanos,
    /// When the load ends, as things stand.
    pub(super) until: Nanos,
    fault: Option<String>,
}

impl Extension {
    /// Of a load that begins and is planned to end then, and may go on for `most`.
    pub(super) fn new(load_start: Nanos, planned: Nanos, most: Nanos) -> Extension {
        Extension { load_start, planned, most: planned + most, until: planned, fault: None }
    }

    /// The new end, if it is about to come and there is a fault that needs the load.
    pub(super) fn needed(&mut self, now: Nanos, outstanding: Option<&str>) -> Option<Nanos> {
        let fault = outstanding.filter(|_| now < self.until && now + AHEAD >= self.until)?;
        let until = (now + STEP).min(self.most);
        if until <= self.until {
            return None;
        }
        self.until = until;
        self.fault.get_or_insert_with(|| fault.to_owned());
        Some(until)
    }

    /// What is to be told of it, once the load has ended.
    pub(super) fn told(self, load_end: Nanos) -> Option<LoadEvent> {
        let by = load_end - self.planned;
        self.fault.filter(|_| by > Nanos::ZERO).map(|fault| LoadEvent::Extended { fault, by })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: i64) -> Nanos {
        Nanos(ms * 1_000_000)
    }

    #[test]
    fn the_end_moves_on_while_it_is_needed_and_no_further_than_it_may() {
        let mut extension = Extension::new(ms(0), ms(1_000), ms(900));
        assert_eq!(extension.needed(ms(750), Some("late")), None, "there is time");
        assert_eq!(extension.needed(ms(850), None), None, "nothing needs it");
        assert_eq!(extension.needed(ms(850), Some("late")), Some(ms(1_250)));
        assert_eq!(extension.needed(ms(900), Some("late")), None);
        assert_eq!(extension.needed(ms(1_100), Some("other")), Some(ms(1_500)));
        assert_eq!(extension.needed(ms(1_400), Some("late")), Some(ms(1_800)));
        assert_eq!(extension.needed(ms(1_700), Some("late")), Some(ms(1_900)));
        assert_eq!(extension.needed(ms(1_750), Some("late")), None, "it may not go on any longer");
        let told = LoadEvent::Extended { fault: "late".into(), by: ms(900) };
        assert_eq!(extension.told(ms(1_900)), Some(told));
    }

    #[test]
    fn a_load_that_ended_as_planned_tells_nothing() {
        let mut extension = Extension::new(ms(0), ms(1_000), ms(900));
        extension.needed(ms(950), Some("late"));
        assert_eq!(extension.told(ms(1_000)), None, "it was over before the end could be moved");
    }
}
