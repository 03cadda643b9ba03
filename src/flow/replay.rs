//! Deliberate repetition: a share of a step's requests goes out again, as operations of their own in the record.
//!
//! Which are repeated is drawn from a stream of its own, so that a plan with `replay` sends what it sends without. The
//! user goes on when all repetitions are over; none of them is tried again, and none changes what the session knows.

use super::attempt::Row;
use super::compile::Names;
use super::judge::judge;
use super::operation::Carried;
use super::program::StepPlan;
use super::random::Chance;
use super::state::{Replaying, State};
use super::text::Text;
use super::trace;
use super::walker::Walker;
use super::world::World;
use crate::event::{ErrorKind, Nanos};
use crate::http::Request;
use crate::plan::model::Replay;
use crate::plan::units::Share;
use std::borrow::Cow;

/// The most repetitions of one operation.
pub(super) const MOST: u64 = 3;

/// A step's `replay`.
#[derive(Debug)]
pub(super) struct Replays {
    parallel: f64,
    after: f64,
    other: f64,
    /// The other payload.
    payload: Text,
}

/// What is repeated of one operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Drawn {
    parallel: bool,
    after: bool,
    other: bool,
}

/// What came of a repetition.
struct Repeated {
    end: Nanos,
    cut: bool,
}

impl Replays {
    /// Reads a step's `replay`.
    pub(super) fn compile(replay: &Replay, names: &mut Names<'_>) -> Result<Replays, String> {
        let share = |share: Option<Share>| share.map_or(0.0, |share| share.0);
        let payload = match (&replay.other, &replay.other_json) {
            (Some(_), None) => return Err("`other` needs `other_json`: what is sent".into()),
            (_, Some(json)) => names.json(json).map_err(|error| format!("other_json: {error}"))?,
            (None, None) => Text::default(),
        };
        Ok(Replays {
            parallel: share(replay.parallel),
            after: share(replay.after),
            other: share(replay.other),
            payload,
        })
    }

    /// Draws for one operation; nothing if it is not repeated. Draws as often whatever comes of it.
    pub(super) fn draw(&self, chance: &mut Chance) -> Option<Drawn> {
        let parallel = chance.unit() < self.parallel;
        let after = chance.unit() < self.after;
        let other = chance.unit() < self.other;
        (parallel || after || other).then_some(Drawn { parallel, after, other })
    }
}

impl<W: World> Walker<W> {
    /// An operation that is repeated, with its repetitions.
    pub(super) async fn repeated(
        &self,
        state: &mut State,
        step: &StepPlan,
        request: &mut Request,
        times: (Nanos, Nanos),
        pool: &W::Pool,
        drawn: Drawn,
    ) -> Carried {
        state.replaying = Replaying { compared: true, ..Replaying::default() };
        let mut made = 0;
        let mut twin = drawn.parallel.then(|| (self.twin(state, &mut made, false), request.clone()));
        let beside = async {
            match &mut twin {
                Some((twin, request)) => Some(self.once_more(twin, step, request, pool).await),
                None => None,
            }
        };
        // The original is polled first: it is sent first.
        let (mut carried, beside) =
            tokio::join!(biased; self.attempts(state, step, request, times, pool), beside);
        carried.wait_for(beside);
        if drawn.after && matches!(carried, Carried::Good { .. }) {
            let mut twin = self.twin(state, &mut made, false);
            carried.wait_for(Some(self.once_more(&mut twin, step, request, pool).await));
        }
        if drawn.other && matches!(carried, Carried::Good { .. }) {
            let mut twin = self.twin(state, &mut made, true);
            carried.wait_for(Some(self.with_other(&mut twin, step, request, pool).await));
        }
        state.operations += made;
        state.replaying = Replaying::default();
        carried
    }

    /// The session as it is now, with the next operation number and what that operation repeats.
    fn twin(&self, state: &State, made: &mut u64, other: bool) -> Box<State> {
        let mut twin = Box::new(state.clone());
        *made += 1;
        twin.replaying = Replaying { of: Some(state.operation()), other, compared: true };
        twin.operations = state.operations + *made;
        twin
    }

    /// The request again, once.
    async fn once_more(
        &self,
        twin: &mut State,
        step: &StepPlan,
        request: &mut Request,
        pool: &W::Pool,
    ) -> Repeated {
        let started = self.world.now();
        let trace_id = step.request.traceparent.map(|place| {
            trace::renew(&mut request.headers[place].1, &mut twin.streams.replay, self.program.run)
        });
        let exchange = self.world.send(pool, &self.program.origin, request, step.timeout).await;
        let response = exchange.result.as_ref().ok();
        let instance =
            response.and_then(|response| self.look_at_headers(twin, request, response, exchange.end));
        let judged = judge(step, &exchange, &mut self.context(twin));
        let row = Row { number: 0, intended: started, started, trace_id, instance };
        self.sink.attempt(row.attempt(&mut self.context(twin), step, &exchange, &judged));
        Repeated { end: exchange.end, cut: judged.error == ErrorKind::InFlight }
    }

    /// The request with the other payload.
    async fn with_other(
        &self,
        twin: &mut State,
        step: &StepPlan,
        request: &mut Request,
        pool: &W::Pool,
    ) -> Repeated {
        let Some(replays) = &step.replay else { return Repeated { end: self.world.now(), cut: false } };
        match replays.payload.rendered(&mut self.context(twin)).map(Cow::into_owned) {
            Ok(payload) => {
                // A body that never varies is not written again for the next operation: it must come back.
                let own = std::mem::replace(&mut request.body, payload.into_bytes());
                let repeated = self.once_more(twin, step, request, pool).await;
                request.body = own;
                repeated
            }
            Err(why) => {
                let now = self.world.now();
                self.unmade(twin, step, request, (now, now), &why);
                Repeated { end: now, cut: false }
            }
        }
    }
}

impl Carried {
    /// The user goes on when the repetition is over too; one that was cut short cuts the session.
    fn wait_for(&mut self, repeated: Option<Repeated>) {
        let Some(repeated) = repeated else { return };
        match self {
            Carried::Good { .. } | Carried::Bad { .. } if repeated.cut => {
                *self = Carried::Cut { reason: "the run was cut short".into() };
            }
            Carried::Good { end } | Carried::Bad { end, .. } => *end = repeated.end.max(*end),
            Carried::Cut { .. } => {}
        }
    }
}
