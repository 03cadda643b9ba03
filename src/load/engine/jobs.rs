//! Who does what: the load shared out to its workers.

use super::{Engine, Setting};
use crate::load::schedule::{Pacer, Timeline, shifts};
use crate::load::worker::Job;
use crate::plan::model::{Executor, Load, LoadModel};
use std::sync::Arc;

impl Engine {
    /// What each worker has to do; `longest` reaches as far as the load may be extended.
    pub(super) fn jobs<S>(
        &mut self,
        load: &Load,
        setting: &Setting<S>,
        timeline: &Arc<Timeline>,
        longest: &Arc<Timeline>,
    ) -> Result<Vec<Job>, String> {
        let count = self.tallies.len();
        if load.executor == Executor::Goose {
            return self.goose_jobs(load, setting, timeline);
        }
        let job = |worker: usize| match load.model {
            LoadModel::Open => {
                let (one, all) = (worker as u64, count as u64);
                let pacer = Pacer::new(longest.clone(), load.arrivals, setting.seed, one, all);
                Job::Open(pacer, share(u64::from(load.max_in_flight), one, all))
            }
            LoadModel::Closed => Job::Closed(shifts(longest, worker as u32, count as u32), load.iterations),
        };
        Ok((0..count).map(job).collect())
    }

    #[cfg(feature = "goose")]
    fn goose_jobs<S>(
        &mut self,
        load: &Load,
        setting: &Setting<S>,
        timeline: &Arc<Timeline>,
    ) -> Result<Vec<Job>, String> {
        use super::Working;
        use crate::load::LoadReport;
        use crate::load::goose::{Attack, desks};
        let attack = Attack::prepare(load, timeline)?;
        let (office, desks) = desks(self.tallies.len(), setting.clock);
        let (signal, working) = (self.signal.clone(), Working::begin(&self.working));
        let (clock, start) = (setting.clock, setting.start);
        let thread = std::thread::Builder::new().name("goose".into()).spawn(move || {
            let _working = working;
            let failed = attack.run(office, &signal, clock, start).err();
            LoadReport { failed, ..LoadReport::default() }
        });
        self.attack = Some(thread.map_err(|error| format!("Goose's thread could not start: {error}"))?);
        Ok(desks.into_iter().map(Job::Goose).collect())
    }

    #[cfg(not(feature = "goose"))]
    fn goose_jobs<S>(&mut self, _: &Load, _: &Setting<S>, _: &Arc<Timeline>) -> Result<Vec<Job>, String> {
        Err("`load.executor = \"goose\"` needs a shakedown that was built with the feature `goose`; build it without \
             `--no-default-features`, or leave out `executor`"
            .into())
    }
}

/// How many workers a load has: as planned, or one per core.
pub(super) fn worker_count(load: &Load) -> usize {
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    load.workers.map_or_else(cores, usize::from).max(1)
}

/// A worker's part of a cap: the parts add up to it, but each is at least 1.
fn share(cap: u64, worker: u64, workers: u64) -> u64 {
    (cap / workers + u64::from(worker < cap % workers)).max(1)
}

/// How many sessions may be under way at once, as far as the plan tells.
pub fn most_in_flight(load: &Load, timeline: &Timeline) -> u64 {
    match load.model {
        LoadModel::Open => {
            u64::from(load.max_in_flight).min(timeline.expected(timeline.total()).ceil() as u64)
        }
        LoadModel::Closed => timeline.highest().ceil() as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cap_is_shared_out_to_the_last_user() {
        assert_eq!((0..3).map(|worker| share(10, worker, 3)).collect::<Vec<_>>(), [4, 3, 3]);
        assert_eq!((0..3).map(|worker| share(1, worker, 3)).collect::<Vec<_>>(), [1, 1, 1]);
    }
}
