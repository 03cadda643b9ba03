//! One step carried out: its attempts, one after another, and their rows in the record.

use super::attempt::{Held, Row};
use super::cookies::Visit;
use super::judge::{Judged, judge};
use super::program::StepPlan;
use super::reason::Reason;
use super::state::{MOST_OPERATIONS, State};
use super::walker::Walker;
use super::world::World;
use super::{replay, sample, trace};
use crate::event::{ErrorKind, Nanos, Outcome};
use crate::http::{Exchange, Request, Response};

/// What came of an operation.
#[derive(Debug)]
pub(super) enum Carried {
    /// The user got what the plan expects.
    Good {
        /// When it was over.
        end: Nanos,
    },
    /// The user did not.
    Bad {
        /// When it was over.
        end: Nanos,
        /// Why: the step, what was expected and what came.
        reason: String,
    },
    /// It was cut short.
    Cut {
        /// What was cut.
        reason: String,
    },
}

impl<W: World> Walker<W> {
    /// Carries out a step once, with its retries.
    pub(super) async fn operation(
        &self,
        state: &mut State,
        step: &StepPlan,
        intended: Nanos,
        pool: &W::Pool,
    ) -> Carried {
        let started = self.world.now();
        state.operations += 1;
        let mut request = self.take_request(step);
        let carried = match self.fill(state, step, &mut request, started) {
            Ok(()) => {
                match step.replay.as_ref().and_then(|replays| replays.draw(&mut state.streams.replay)) {
                    None => self.attempts(state, step, &mut request, (intended, started), pool).await,
                    // Rare, and large: kept out of every session's own size.
                    Some(drawn) => {
                        let times = (intended, started);
                        Box::pin(self.repeated(state, step, &mut request, times, pool, drawn)).await
                    }
                }
            }
            Err(why) => self.unmade(state, step, &request, (intended, started), &why),
        };
        self.return_request(step, request);
        carried
    }

    fn fill(
        &self,
        state: &mut State,
        step: &StepPlan,
        request: &mut Request,
        now: Nanos,
    ) -> Result<(), String> {
        let repeats = if step.replay.is_some() { replay::MOST } else { 0 };
        if state.operations + repeats >= MOST_OPERATIONS {
            return Err(format!("a session can carry out {} steps, repeats included", MOST_OPERATIONS - 1));
        }
        let mut cx = self.context(state);
        step.times(&mut cx)?;
        step.request.fill(request, now, &mut cx)
    }

    pub(super) async fn attempts(
        &self,
        state: &mut State,
        step: &StepPlan,
        request: &mut Request,
        (mut intended, mut started): (Nanos, Nanos),
        pool: &W::Pool,
    ) -> Carried {
        let mut number = 0;
        loop {
            let trace_id = step.request.traceparent.map(|place| {
                trace::renew(&mut request.headers[place].1, &mut state.streams.attempt, self.program.run)
            });
            let exchange = self.world.send(pool, &self.program.origin, request, step.timeout).await;
            let response = exchange.result.as_ref().ok();
            let instance =
                response.and_then(|response| self.look_at_headers(state, request, response, exchange.end));
            let judged = judge(step, &exchange, &mut self.context(state));
            let row = Row { number, intended, started, trace_id, instance };
            let mut attempt = row.attempt(&mut self.context(state), step, &exchange, &judged);
            attempt.target = self.target(state, step, request);
            let end = exchange.end;
            if judged.good() {
                self.sink.attempt(attempt);
                return Carried::Good { end };
            }
            let told = self.tell(state, step, request, &exchange, &judged, &row);
            let wait = step.retry.as_ref().and_then(|policy| {
                let chance = &mut state.streams.attempt;
                policy.wait(number + 1, judged.error, response, chance, || self.world.wall())
            });
            let Some(wait) = wait else {
                self.sink.attempt(attempt);
                return match judged.error {
                    ErrorKind::InFlight => Carried::Cut { reason: told },
                    _ => Carried::Bad { end, reason: told },
                };
            };
            // Only after the wait is it certain that there is another attempt.
            let held = Held::new(&*self.sink, attempt);
            intended = end + wait;
            let goes_on = self.sleep_until(intended).await;
            held.followed();
            started = self.world.now();
            number += 1;
            if !goes_on {
                return self.untried(
                    state,
                    step,
                    Row { number, intended: started, started, trace_id: None, instance: None },
                );
            }
        }
    }

    /// The attempt that the end of the load kept from being made: without it the record would say that the operation had
    /// failed by the attempt before.
    fn untried(&self, state: &mut State, step: &StepPlan, row: Row) -> Carried {
        let why = "the load was cut off before it could be tried again";
        let exchange = Exchange {
            sent: None,
            first_byte: None,
            end: row.started,
            sent_state: crate::event::Sent::Nothing,
            bytes: 0,
            result: Err(crate::http::Trouble {
                kind: ErrorKind::InFlight,
                detail: why.to_owned(),
                status: None,
            }),
        };
        let reason = Reason::new("in_flight", "another attempt", why);
        let judged = Judged { outcome: Outcome::Fail, error: ErrorKind::InFlight, reason: Some(reason) };
        self.sink.attempt(row.attempt(&mut self.context(state), step, &exchange, &judged));
        Carried::Cut { reason: format!("{}: {why}", self.program.title(step.id)) }
    }

    /// An operation whose request could not be made: nothing was sent.
    pub(super) fn unmade(
        &self,
        state: &mut State,
        step: &StepPlan,
        request: &Request,
        (intended, started): (Nanos, Nanos),
        why: &str,
    ) -> Carried {
        let end = self.world.now();
        let reason = Reason::new("request", "one that can be made from the plan", why);
        let trouble = crate::http::Trouble { kind: ErrorKind::Request, detail: why.to_owned(), status: None };
        let exchange = Exchange {
            sent: None,
            first_byte: None,
            end,
            sent_state: crate::event::Sent::Nothing,
            bytes: 0,
            result: Err(trouble),
        };
        let judged = Judged { outcome: Outcome::Fail, error: ErrorKind::Request, reason: Some(reason) };
        let row = Row { number: 0, intended, started, trace_id: None, instance: None };
        self.sink.attempt(row.attempt(&mut self.context(state), step, &exchange, &judged));
        let reason = self.tell(state, step, request, &exchange, &judged, &row);
        Carried::Bad { end, reason }
    }

    /// Takes cookies, and finds out who answered.
    pub(super) fn look_at_headers(
        &self,
        state: &mut State,
        request: &Request,
        response: &Response,
        now: Nanos,
    ) -> Option<u16> {
        for value in response.headers.all("set-cookie") {
            let origin = &self.program.origin;
            let wall = self.world.wall();
            let visit = Visit { host: &origin.host, path: &request.path, now, wall };
            state.jar.take(&String::from_utf8_lossy(value), visit);
        }
        let name = response.headers.get(self.program.instance_header.as_deref()?)?;
        // Nobody is called nothing: an empty header says as little as none.
        if name.trim().is_empty() {
            return None;
        }
        Some(self.instances.number(name, &*self.sink))
    }

    /// The path that was sent, secrets masked: of the first request of each step, and of all where the program keeps them.
    fn target(&self, state: &mut State, step: &StepPlan, request: &Request) -> Option<String> {
        let first = self.unseen[usize::from(step.id.0)].replace(false);
        (first || self.program.keeps_targets)
            .then(|| sample::masker(&self.context(state)).text(&request.path))
    }

    /// Says why an attempt was not good, in words without secrets, and gives the sink a sample where it wants one.
    fn tell(
        &self,
        state: &mut State,
        step: &StepPlan,
        request: &Request,
        exchange: &Exchange,
        judged: &Judged,
        row: &Row,
    ) -> String {
        let admitted = self.gate.borrow_mut().admits(step.id, judged.error, exchange.end);
        // Outside the load every failure is told in words; in it there may be too many to write down.
        if !admitted && state.session < super::walker::SETUP {
            return String::new();
        }
        let op = state.operation();
        let cx = self.context(state);
        let masker = sample::masker(&cx);
        let why = judged.reason.as_ref().map_or(String::new(), |reason| sample::reason(reason, &masker));
        let reason = format!("{}: {why}", self.program.title(step.id));
        if admitted {
            let sample = crate::event::Exchange {
                op,
                attempt: row.number,
                step: step.id,
                error: judged.error,
                reason: reason.clone(),
                trace_id: row.trace_id.map(|trace| format!("{trace:032x}")),
                request: sample::request(request, &masker),
                response: exchange.result.as_ref().ok().map(|response| sample::response(response, &masker)),
            };
            self.sink.exchange(sample, exchange.end);
        }
        reason
    }
}
