//! The real users: they walk the plan's flows.

use super::buffer::Buffer;
use super::timer::Wakes;
use super::users::{Ended, Script, Start, Users};
use crate::event::{Attempt, Clock, Exchange, Nanos, StepId};
use crate::flow::{self, AttemptSink, Globals, Pool, Program, Runner};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

/// What all workers walk.
pub(crate) struct Walks {
    pub(crate) program: Arc<Program>,
    pub(crate) globals: Arc<Globals>,
    pub(crate) instances: Arc<dyn Fn(&str) -> u16 + Send + Sync>,
}

/// The users of one worker.
pub(crate) struct Walkers {
    program: Arc<Program>,
    runner: Runner,
}

impl Script for Walks {
    type Users = Walkers;

    fn users(&self, clock: Clock, sink: Rc<Buffer>, wakes: Rc<Wakes>) -> Result<Walkers, String> {
        let (program, globals) = (self.program.clone(), self.globals.clone());
        let sink = Rc::new(Sink { rows: sink, instances: self.instances.clone() });
        let runner = Runner::with_timer(program.clone(), clock, sink, globals, Rc::new(Thinking(wakes)));
        Ok(Walkers { program, runner })
    }
}

impl Users for Walkers {
    type Pool = Pool;

    fn pool(&self) -> Pool {
        self.runner.pool()
    }

    async fn session(&self, start: Start<'_, Pool>) -> Ended {
        let Start { user, session, intended, pool } = start;
        match self.runner.session(flow::Start { user, session, intended, pool }).await {
            flow::Ended::Good => Ended::Good,
            flow::Ended::Bad => Ended::Bad,
            flow::Ended::Cut => Ended::Cut,
            flow::Ended::NoRow => Ended::NoRow,
        }
    }

    fn first_step(&self, session: u64) -> StepId {
        self.program.first_step(session)
    }

    fn exhausted(&self, user: u64) -> String {
        self.program.exhausted_feeder(user).unwrap_or_default().to_owned()
    }

    fn cut(&self) {
        self.runner.cut();
    }
}

/// Takes what the flows did into the worker's rows.
struct Sink {
    rows: Rc<Buffer>,
    instances: Arc<dyn Fn(&str) -> u16 + Send + Sync>,
}

impl AttemptSink for Sink {
    fn attempt(&self, attempt: Attempt) {
        self.rows.attempt(attempt);
    }

    fn exchange(&self, sample: Exchange, at: Nanos) {
        self.rows.exchange(sample, at);
    }

    fn instance(&self, name: &str) -> u16 {
        (self.instances)(name)
    }
}

/// Think times and backoff, to the microsecond: what they are late counts as latency of the next step.
struct Thinking(Rc<Wakes>);

impl flow::Timer for Thinking {
    fn sleep_until(&self, at: Nanos) -> Pin<Box<dyn Future<Output = ()> + '_>> {
        Box::pin(self.0.until(at))
    }
}
