//! Whether limits were reached while they were in force: by the counters of the container's control group, as the engine tells
//! them. A limit that is never reached changes nothing.

use super::container::Remedied;
use crate::chaos::{Escape, FaultGuard, Renewed};
use crate::event::{Struck, TargetStruck, Unit};
use crate::stack::docker::engine::{Engine, Pressure};
use crate::stack::{ContainerRef, Instance};
use async_trait::async_trait;
use std::sync::{Mutex, PoisonError};

/// The limits of one target, and the counters as they were when they were set.
pub(super) struct Reached {
    target: String,
    id: String,
    cpus: bool,
    memory: bool,
    started_at: String,
    before: Result<Option<Pressure>, String>,
}

impl Reached {
    /// Reads the counters. `limits`: processor, memory.
    pub(super) async fn begin(
        engine: &Engine,
        target: &Instance,
        container: &ContainerRef,
        (cpus, memory): (bool, bool),
    ) -> Reached {
        let before = engine.pressure(&container.id).await.map_err(|error| error.to_string());
        let (target, id) = (target.name.clone(), container.id.clone());
        Reached { target, id, cpus, memory, started_at: container.started_at.clone(), before }
    }

    async fn count(&self, engine: &Engine) -> TargetStruck {
        let now = engine.pressure(&self.id).await.map_err(|error| error.to_string());
        let found = engine.find(&self.id).await.ok().flatten();
        let killed = found.as_ref().is_some_and(|found| found.oom_killed);
        // Counters begin at 0 with every start.
        let same_life = found.is_some_and(|found| found.started_at == self.started_at);
        match (&self.before, &now) {
            (Err(error), _) | (_, Err(error)) if !killed => {
                TargetStruck::not_known(&self.target, error.clone())
            }
            (Ok(before), Ok(now)) if same_life => self.between(*before, *now, killed),
            _ => self.between(None, None, killed),
        }
    }

    /// One limit each: reached, not reached, or not known.
    fn between(&self, before: Option<Pressure>, now: Option<Pressure>, killed: bool) -> TargetStruck {
        let (mut struck, mut seen, mut said) = (0, 0, Vec::new());
        let both = before.zip(now);
        let mut add = |reached: Option<bool>, words: String| {
            seen += u64::from(reached.is_some());
            struck += u64::from(reached == Some(true));
            said.push(words);
        };
        if self.cpus {
            // Where no period was counted, the kernel does not say.
            let throttled = both.map(|(before, now)| {
                (now.throttled.saturating_sub(before.throttled), now.periods.saturating_sub(before.periods))
            });
            match throttled {
                Some((times, periods)) if periods > 0 => {
                    add(Some(times > 0), format!("processor: held back in {times} of {periods} periods"));
                }
                Some(_) => add(Some(false), "processor: no period in which it wanted any".to_owned()),
                None => add(None, "processor: not known whether it was reached".to_owned()),
            }
        }
        if self.memory {
            let failed = both.and_then(|(before, now)| Some(now.refused?.saturating_sub(before.refused?)));
            match failed {
                _ if killed => add(Some(true), "memory: ended for want of it".to_owned()),
                Some(times) => add(Some(times > 0), format!("memory: limit reached {times} times")),
                None if both.is_some() => {
                    add(
                        Some(true),
                        "memory: in force; this kernel does not say how often it was reached".to_owned(),
                    );
                }
                None => add(None, "memory: not known whether it was reached".to_owned()),
            }
        }
        let words = said.join("; ");
        match seen {
            0 => TargetStruck::not_known(&self.target, words),
            _ => TargetStruck::counted(&self.target, struck, seen).said(words),
        }
    }
}

/// The guard of limits: counts before it takes them off.
pub(super) struct Limited {
    guard: Remedied,
    engine: Engine,
    reached: Vec<Reached>,
    struck: Mutex<Option<Vec<TargetStruck>>>,
}

impl Limited {
    pub(super) fn new(guard: Remedied, engine: Engine, reached: Vec<Reached>) -> Limited {
        Limited { guard, engine, reached, struck: Mutex::default() }
    }
}

#[async_trait]
impl FaultGuard for Limited {
    async fn heal(&self) -> Result<(), String> {
        let mut struck = Vec::new();
        for reached in &self.reached {
            struck.push(reached.count(&self.engine).await);
        }
        // The first count is the right one: after a heal that failed half-way, some limits are off.
        self.struck.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(struck);
        self.guard.heal().await
    }

    async fn escaped(&self) -> Vec<Escape> {
        self.guard.escaped().await
    }

    async fn renew(&self) -> Vec<Renewed> {
        self.guard.renew().await
    }

    fn struck(&self) -> Struck {
        let counted = self.struck.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let not_yet = |reached: &Reached| TargetStruck::not_known(&reached.target, "it was not asked for");
        let targets = counted.unwrap_or_else(|| self.reached.iter().map(not_yet).collect());
        Struck { unit: Unit::Limits, targets }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Tally;

    fn reached(cpus: bool, memory: bool) -> Reached {
        let (target, id, started_at) = ("db-1".into(), "x".into(), String::new());
        Reached { target, id, cpus, memory, started_at, before: Ok(None) }
    }

    fn pressure(periods: u64, throttled: u64, refused: Option<u64>) -> Option<Pressure> {
        Some(Pressure { periods, throttled, refused, memory_limit: None })
    }

    #[test]
    fn only_a_limit_that_was_reached_is_struck() {
        let tally = |struck, seen| Some(Tally { struck, seen });
        for (limits, before, now, killed, expected) in [
            ((true, false), pressure(10, 2, None), pressure(20, 5, None), false, tally(1, 1)),
            ((true, false), pressure(10, 2, None), pressure(20, 2, None), false, tally(0, 1)),
            ((true, false), pressure(10, 2, None), pressure(10, 2, None), false, tally(0, 1)),
            ((true, false), None, pressure(10, 2, None), false, None),
            ((false, true), pressure(0, 0, Some(3)), pressure(0, 0, Some(4)), false, tally(1, 1)),
            ((false, true), pressure(0, 0, Some(3)), pressure(0, 0, Some(3)), false, tally(0, 1)),
            ((false, true), pressure(0, 0, None), pressure(0, 0, None), false, tally(1, 1)),
            ((false, true), None, None, false, None),
            ((false, true), None, None, true, tally(1, 1)),
            ((true, true), pressure(1, 0, Some(0)), pressure(9, 4, Some(0)), false, tally(1, 2)),
        ] {
            let found = reached(limits.0, limits.1).between(before, now, killed);
            assert_eq!(found.tally, expected, "{limits:?} {before:?} {now:?} {killed}: {found:?}");
            assert!(found.detail.is_some());
        }
    }
}
