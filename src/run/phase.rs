//! Phases follow one another; each start is an event, and the manifest keeps their bounds.

use crate::event::{Clock, Event, EventSink, Nanos, Phase};
use crate::record::{PhaseInfo, Recorder};
use std::cell::RefCell;
use std::sync::Arc;

/// The phases so far.
pub(super) struct Phases {
    clock: Clock,
    recorder: Arc<Recorder>,
    starts: RefCell<Vec<(Phase, Nanos)>>,
}

impl Phases {
    pub(super) fn new(clock: Clock, recorder: Arc<Recorder>) -> Phases {
        Phases { clock, recorder, starts: RefCell::new(Vec::new()) }
    }

    /// The next phase begins now.
    pub(super) fn enter(&self, phase: Phase) -> Nanos {
        let now = self.clock.now();
        self.enter_at(phase, now);
        now
    }

    /// The next phase began (or begins) at a known time.
    pub(super) fn enter_at(&self, phase: Phase, at: Nanos) {
        self.starts.borrow_mut().push((phase, at));
        self.recorder.emit(at, Event::Phase { phase });
    }

    /// All phases with their bounds; each ends where the next begins.
    pub(super) fn bounds(&self) -> Vec<PhaseInfo> {
        bounds(&self.starts.borrow(), self.clock.now())
    }
}

fn bounds(starts: &[(Phase, Nanos)], now: Nanos) -> Vec<PhaseInfo> {
    let ends = starts.iter().skip(1).map(|(_, at)| *at).chain([now]);
    starts.iter().zip(ends).map(|(&(phase, from), to)| PhaseInfo { phase, from, to }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phase_ends_where_the_next_begins() {
        let phases = bounds(&[(Phase::StackUp, Nanos(1)), (Phase::Load, Nanos(5))], Nanos(9));
        assert_eq!(phases[0].to, Nanos(5));
        assert_eq!(phases[1].to, Nanos(9));
    }
}
