//! Whether a strike was what the plan asked for: planned and actual start and length compared.

use super::strike::Strike;
use crate::event::{Event, LoadEvent, Nanos};
use crate::record::Record;

/// An action may begin so long after its time.
pub const START_TOLERANCE: Nanos = Nanos(1_000_000_000);
/// A strike must be in force for this share of its planned length at least.
pub const LEAST_SHARE: f64 = 0.5;
/// Its heal may begin so late: the larger of this share of the planned length, and of [`START_TOLERANCE`].
pub const LATE_SHARE: f64 = 0.5;
/// The generator may stand still for this share of a strike's window.
pub const STALL_SHARE: f64 = 0.1;

/// The load's end, as planned and as it was.
#[derive(Clone, Copy, Debug)]
pub struct Ends {
    planned: Nanos,
    actual: Nanos,
}

impl Ends {
    /// Those of a run.
    pub fn new(record: &Record) -> Ends {
        let actual = record.manifest.load_end;
        let by = record.events.iter().find_map(|timed| match &timed.event {
            Event::Load(LoadEvent::Extended { by, .. }) => Some(*by),
            _ => None,
        });
        Ends { planned: actual - by.unwrap_or(Nanos::ZERO), actual }
    }

    /// In what start or length of this strike differ from the plan by more than is tolerated. Nothing where the record does
    /// not tell.
    pub fn deviation(&self, strike: &Strike) -> Option<String> {
        let (planned, begun) = (strike.planned?, strike.begun()?);
        if begun - planned > START_TOLERANCE {
            return Some(format!("it began {} after its time", time(begun - planned)));
        }
        let length = self.planned_length(strike)?;
        let actual = self.actual_length(strike)?;
        let short = (actual.0 as f64) < length.0 as f64 * LEAST_SHARE;
        (short || self.is_too_long(strike))
            .then(|| format!("it was planned for {}, and in force for {}", time(length), time(actual)))
    }

    /// Whether its heal began so late that what failed under it may have failed for that reason.
    pub fn is_too_long(&self, strike: &Strike) -> bool {
        let (Some(heal_planned), Some(heal_started), Some(length)) =
            (strike.heal_planned, strike.heal_started, self.planned_length(strike))
        else {
            return false;
        };
        // One that lasts to the end of the load is healed after it, when nothing is measured any more.
        let late = heal_started.min(self.actual) - heal_planned;
        let tolerated = (length.0 as f64 * LATE_SHARE).max(START_TOLERANCE.0 as f64);
        heal_planned < self.planned && late.0 as f64 > tolerated
    }

    /// How long it was to last under load; nothing for what is over at once.
    fn planned_length(&self, strike: &Strike) -> Option<Nanos> {
        let length = strike.heal_planned?.min(self.planned) - strike.planned?;
        (length > Nanos::ZERO).then_some(length)
    }

    /// How long it was in force under load.
    fn actual_length(&self, strike: &Strike) -> Option<Nanos> {
        let to = match (strike.heal_started, strike.gone()) {
            (Some(started), _) => started,
            (None, None) => Nanos::MAX,
            // An older record does not say when the heal began.
            (None, Some(_)) => return None,
        };
        Some((to.min(self.actual) - strike.applied?).max(Nanos::ZERO))
    }
}

fn time(nanos: Nanos) -> String {
    let millis = nanos.0 as f64 / 1e6;
    match millis {
        0.0..10.0 => format!("{millis:.1} ms"),
        10.0..1_000.0 => format!("{millis:.0} ms"),
        _ => format!("{:.1} s", millis / 1e3),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENDS: Ends = Ends { planned: Nanos(30_000_000_000), actual: Nanos(30_000_000_000) };

    /// Planned from and to, begun, applied, heal begun.
    fn strike(planned: (f64, f64), begun: f64, applied: f64, heal_started: f64) -> Strike {
        let at = |seconds| Some(Nanos::from_secs_f64(seconds));
        Strike {
            planned: at(planned.0),
            heal_planned: at(planned.1),
            started: at(begun),
            applied: at(applied),
            heal_started: at(heal_started),
            healed: at(heal_started + 0.1),
            ..Strike::default()
        }
    }

    #[test]
    fn start_and_length_are_held_to_the_plan() {
        for (one, words) in [
            (strike((10.0, 15.0), 10.0, 10.2, 15.0), None),
            (strike((10.0, 15.0), 10.0, 12.4, 15.0), None),
            (
                strike((10.0, 10.3), 10.293, 10.2932, 10.3),
                Some("planned for 300 ms, and in force for 6.8 ms"),
            ),
            (strike((10.0, 20.0), 10.0, 20.0, 20.0), Some("planned for 10.0 s, and in force for 0.0 ms")),
            (strike((10.0, 15.0), 12.0, 12.1, 15.0), Some("it began 2.0 s after its time")),
            (strike((10.0, 15.0), 10.0, 10.1, 18.0), Some("planned for 5.0 s, and in force for 7.9 s")),
            (strike((10.0, 15.0), 10.0, 10.1, 17.0), None),
            (strike((10.0, 10.0), 10.0, 20.0, 20.0), None),
            (strike((25.0, 30.0), 25.0, 25.1, 40.0), None),
            (strike((25.0, 30.0), 25.0, 29.0, 40.0), Some("in force for 1.0 s")),
        ] {
            let found = ENDS.deviation(&one);
            assert_eq!(found.is_some(), words.is_some(), "{found:?} of {one:?}");
            if let (Some(found), Some(words)) = (found, words) {
                assert!(found.contains(words), "{found}");
            }
        }
    }

    #[test]
    fn a_load_that_went_on_gives_a_late_fault_its_length() {
        let late = strike((25.0, 30.0), 25.0, 29.0, 40.0);
        let went_on = Ends { actual: Nanos(33_000_000_000), ..ENDS };
        assert_eq!(went_on.deviation(&late), None);
        assert!(!went_on.is_too_long(&strike((25.0, 30.0), 25.0, 25.1, 40.0)), "it was to last to the end");
    }

    #[test]
    fn what_an_older_record_does_not_tell_is_not_compared() {
        let mut older = strike((10.0, 20.0), 10.0, 19.9, 20.0);
        older.heal_started = None;
        assert_eq!(ENDS.deviation(&older), None);
    }
}
