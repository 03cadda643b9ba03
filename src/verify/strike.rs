//! What became of each occurrence of a fault, put together from its events.

use crate::event::{Event, FaultStage, Nanos, Struck, Timed};
use crate::plan::model::FaultSpec;
use crate::stats::Window as Span;
use std::collections::BTreeMap;

/// One occurrence of a fault, as observed. Times are on the run's clock.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Strike {
    /// The plan's id of the fault.
    pub id: String,
    /// 0, 1, 2, … where it repeats.
    pub occurrence: u32,
    /// The kind.
    pub kind: String,
    /// What it struck.
    pub targets: Vec<String>,
    /// When it was to strike.
    pub planned: Option<Nanos>,
    /// When the action began.
    pub started: Option<Nanos>,
    /// When it was confirmed to be in force.
    pub applied: Option<Nanos>,
    /// What there is to say of how it was applied.
    pub how: Option<String>,
    /// When it was to be healed.
    pub heal_planned: Option<Nanos>,
    /// When its heal began.
    pub heal_started: Option<Nanos>,
    /// When it was confirmed to be gone.
    pub healed: Option<Nanos>,
    /// When it ended by itself before its heal was due.
    pub ended_early: Option<Nanos>,
    /// Why it could not be applied, where it could not.
    pub apply_failed: Option<String>,
    /// When the attempt to apply it was over, where it failed.
    pub gave_up: Option<Nanos>,
    /// Why it could not be healed, where it could not.
    pub heal_failed: Option<String>,
    /// What it struck; absent: the record does not count.
    pub struck: Option<Struck>,
    /// Whether the plan allows it to strike nothing.
    pub may_miss: bool,
}

impl Strike {
    /// When its window begins: with the action, for what fails while a target is being stopped is the fault's doing. Where
    /// the record does not say when the action began: when it was in force.
    pub fn begun(&self) -> Option<Nanos> {
        match (self.started, self.applied) {
            (Some(started), Some(applied)) => Some(started.min(applied)),
            (started, applied) => started.or(applied),
        }
    }

    /// When its window ends: when it was confirmed to be gone, so that what the heal breaks is the fault's doing too, also
    /// where a target had lost it before. One that could not be applied is gone when the attempt was over. Absent: it was
    /// in force to the end.
    pub fn gone(&self) -> Option<Nanos> {
        self.healed.or(self.gave_up.filter(|_| self.applied.is_none()))
    }

    /// Whether it is over as soon as it is applied: a restart, a command.
    pub fn is_over_at_once(&self) -> bool {
        self.heal_planned.is_some() && self.heal_planned <= self.planned
    }

    /// From when to when users could feel it: from applied until it was gone. Of one that is over at once the action itself is
    /// felt, and what it left behind.
    pub fn in_force(&self) -> Option<Span> {
        let applied = self.applied?;
        if self.is_over_at_once() {
            return Some(Span { from: self.begun().unwrap_or(applied), to: Nanos::MAX });
        }
        Some(Span { from: applied, to: self.gone().unwrap_or(Nanos::MAX).max(applied) })
    }

    fn take(&mut self, time: Nanos, event: &crate::event::FaultEvent) {
        self.kind.clone_from(&event.kind);
        for target in &event.targets {
            if !self.targets.contains(target) {
                self.targets.push(target.clone());
            }
        }
        if event.struck.is_some() {
            self.struck.clone_from(&event.struck);
        }
        let why = || event.detail.clone().unwrap_or_else(|| "no reason was recorded".to_owned());
        match event.stage {
            FaultStage::Started => {
                self.started = self.started.or(Some(time));
                self.planned = self.planned.or(event.planned);
            }
            FaultStage::Applied => {
                self.how = self.how.take().or(event.detail.clone());
                self.applied = self.applied.or(Some(time));
                self.planned = self.planned.or(event.planned);
            }
            FaultStage::ApplyFailed => {
                self.apply_failed = Some(why());
                self.gave_up = self.gave_up.or(Some(time));
                self.planned = self.planned.or(event.planned);
            }
            FaultStage::HealStarted => {
                self.heal_started = self.heal_started.or(Some(time));
                self.heal_planned = self.heal_planned.or(event.planned);
            }
            // It is in force as before.
            FaultStage::Renewed => {}
            FaultStage::EndedEarly => {
                self.ended_early = self.ended_early.or(Some(time));
                self.heal_planned = self.heal_planned.or(event.planned);
            }
            FaultStage::Healed => {
                self.healed = Some(time);
                self.heal_failed = None;
                self.heal_planned = self.heal_planned.or(event.planned);
            }
            FaultStage::HealFailed => {
                self.heal_failed = Some(why());
                self.heal_planned = self.heal_planned.or(event.planned);
            }
        }
    }
}

/// The strikes that the events tell of: those that were begun by the time of it, then those that never were.
pub fn strikes(events: &[Timed]) -> Vec<Strike> {
    let mut by_name: BTreeMap<(String, u32), Strike> = BTreeMap::new();
    for timed in events {
        if let Event::Fault(event) = &timed.event {
            let name = (event.id.clone(), event.occurrence);
            let strike = by_name.entry(name).or_insert_with(|| Strike {
                id: event.id.clone(),
                occurrence: event.occurrence,
                ..Strike::default()
            });
            strike.take(timed.time, event);
        }
    }
    let mut strikes: Vec<Strike> = by_name.into_values().collect();
    strikes.sort_by_key(|strike| strike.begun().unwrap_or(Nanos::MAX));
    strikes
}

/// The strikes with what the plan allows them.
pub fn allowed(mut strikes: Vec<Strike>, faults: &[FaultSpec]) -> Vec<Strike> {
    for strike in &mut strikes {
        strike.may_miss = faults.iter().any(|fault| fault.id == strike.id && fault.may_miss);
    }
    strikes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::FaultEvent;

    fn event(seconds: f64, occurrence: u32, stage: FaultStage, detail: Option<&str>) -> Timed {
        Timed {
            time: Nanos::from_secs_f64(seconds),
            event: Event::Fault(FaultEvent {
                id: "dies".into(),
                occurrence,
                kind: "kill".into(),
                targets: vec![format!("node-{}", occurrence + 1)],
                stage,
                planned: Some(Nanos::from_secs_f64(seconds - 0.01)),
                detail: detail.map(str::to_owned),
                struck: None,
            }),
        }
    }

    #[test]
    fn events_become_strikes_in_the_order_of_time() {
        let found = strikes(&[
            event(9.0, 1, FaultStage::Started, None),
            event(9.1, 1, FaultStage::Applied, None),
            event(2.0, 0, FaultStage::Started, None),
            event(2.1, 0, FaultStage::Applied, None),
            event(5.0, 0, FaultStage::Healed, None),
            event(1.0, 2, FaultStage::ApplyFailed, Some("no such process")),
        ]);
        let order: Vec<u32> = found.iter().map(|strike| strike.occurrence).collect();
        assert_eq!(order, [0, 1, 2]);
        assert_eq!(found[0].applied, Some(Nanos::from_secs_f64(2.1)));
        assert_eq!(found[0].gone(), Some(Nanos::from_secs_f64(5.0)));
        assert_eq!(found[0].targets, ["node-1"]);
        assert_eq!(found[1].gone(), None);
        assert_eq!(found[2].apply_failed.as_deref(), Some("no such process"));
    }

    #[test]
    fn a_fault_that_ended_early_has_its_window_to_the_heal() {
        let found = strikes(&[
            event(2.0, 0, FaultStage::Applied, None),
            event(3.0, 0, FaultStage::EndedEarly, None),
            event(9.0, 0, FaultStage::Healed, None),
        ]);
        assert_eq!(found[0].ended_early, Some(Nanos::from_secs_f64(3.0)));
        assert_eq!(found[0].gone(), Some(Nanos::from_secs_f64(9.0)), "other targets had it until then");
    }

    #[test]
    fn the_window_begins_with_the_action_and_an_attempt_that_failed_has_one() {
        let found = strikes(&[
            event(2.0, 0, FaultStage::Started, None),
            event(12.0, 0, FaultStage::Applied, None),
            event(20.0, 1, FaultStage::Started, None),
            event(21.0, 1, FaultStage::ApplyFailed, Some("no such process")),
        ]);
        let at = |seconds| Some(Nanos::from_secs_f64(seconds));
        assert_eq!(found[0].begun(), at(2.0));
        assert_eq!((found[1].begun(), found[1].applied, found[1].gone()), (at(20.0), None, at(21.0)));
    }

    #[test]
    fn the_last_count_holds() {
        let count = |seconds, stage, struck| {
            let mut timed = event(seconds, 0, stage, None);
            if let Event::Fault(event) = &mut timed.event {
                let targets = vec![crate::event::TargetStruck::counted("node-1", struck, 9)];
                event.struck = Some(Struck { unit: crate::event::Unit::Packets, targets });
            }
            timed
        };
        let found = strikes(&[
            event(2.0, 0, FaultStage::Applied, None),
            count(3.0, FaultStage::EndedEarly, 2),
            count(4.0, FaultStage::Healed, 5),
        ]);
        assert_eq!(found[0].struck.as_ref().map(|struck| struck.total().struck), Some(5));
    }

    #[test]
    fn a_heal_that_worked_at_last_is_a_heal() {
        let found = strikes(&[
            event(2.0, 0, FaultStage::Applied, None),
            event(3.0, 0, FaultStage::HealFailed, Some("busy")),
            event(4.0, 0, FaultStage::Healed, None),
        ]);
        assert_eq!(found[0].heal_failed, None);
        assert_eq!(found[0].gone(), Some(Nanos::from_secs_f64(4.0)));
    }
}
