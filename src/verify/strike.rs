//! What became of each occurrence of a fault, put together from its events.

use crate::event::{Event, FaultStage, Nanos, Timed};
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
    /// When it was to be healed.
    pub heal_planned: Option<Nanos>,
    /// When it was confirmed to be gone.
    pub healed: Option<Nanos>,
    /// When it ended by itself before its heal was due.
    pub ended_early: Option<Nanos>,
    /// Why it could not be applied, where it could not.
    pub apply_failed: Option<String>,
    /// Why it could not be healed, where it could not.
    pub heal_failed: Option<String>,
}

impl Strike {
    /// When it was no longer in force, however that came about. Absent: it was in force to the end.
    pub fn gone(&self) -> Option<Nanos> {
        match (self.healed, self.ended_early) {
            (Some(healed), Some(early)) => Some(healed.min(early)),
            (healed, early) => healed.or(early),
        }
    }

    fn take(&mut self, time: Nanos, event: &crate::event::FaultEvent) {
        self.kind.clone_from(&event.kind);
        for target in &event.targets {
            if !self.targets.contains(target) {
                self.targets.push(target.clone());
            }
        }
        let why = || event.detail.clone().unwrap_or_else(|| "no reason was recorded".to_owned());
        match event.stage {
            FaultStage::Started => {
                self.started = self.started.or(Some(time));
                self.planned = self.planned.or(event.planned);
            }
            FaultStage::Applied => {
                self.applied = self.applied.or(Some(time));
                self.planned = self.planned.or(event.planned);
            }
            FaultStage::ApplyFailed => {
                self.apply_failed = Some(why());
                self.planned = self.planned.or(event.planned);
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

/// The strikes that the events tell of: those that were applied by the time of it, then those that never were.
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
    strikes.sort_by_key(|strike| strike.applied.unwrap_or(Nanos::MAX));
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
    fn a_fault_that_ended_early_is_gone_from_then() {
        let found = strikes(&[
            event(2.0, 0, FaultStage::Applied, None),
            event(3.0, 0, FaultStage::EndedEarly, None),
            event(9.0, 0, FaultStage::Healed, None),
        ]);
        assert_eq!(found[0].gone(), Some(Nanos::from_secs_f64(3.0)));
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
