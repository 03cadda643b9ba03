//! The sessions of one worker: what they share, and how one goes from step to step.

use super::cookies::Jar;
use super::instances::Instances;
use super::operation::Carried;
use super::program::{Program, Repeat, StepPlan, Walk};
use super::sample::Gate;
use super::sink::AttemptSink;
use super::state::{Context, Globals, State};
use super::world::World;
use crate::event::Nanos;
use crate::http::Request;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use tokio::sync::Notify;

/// The session number of setup; teardown has the next.
pub(super) const SETUP: u64 = 1 << 47;

/// The beginning of one session.
#[derive(Debug)]
pub struct Start<'a, P = crate::http::Pool> {
    /// The virtual user: the arrival's number (open model) or the user's own (closed model).
    pub user: u64,
    /// The session's number in the load. With the plan's seed it decides all that is random in the session.
    pub session: u64,
    /// When the plan wanted it to start.
    pub intended: Nanos,
    /// The user's own connections; none: those that the runner's sessions share.
    pub pool: Option<&'a P>,
}

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// All steps were good.
    Good,
    /// A step was not.
    Bad,
    /// The load was cut short.
    Cut,
    /// It did not start, and nothing was recorded: a feeder with unique rows has none left
    /// (see [`Program::exhausted_feeder`](super::Program::exhausted_feeder)).
    NoRow,
}

/// What the sessions of one worker share.
pub(super) struct Walker<W: World> {
    pub(super) program: Arc<Program>,
    pub(super) world: W,
    pub(super) sink: Rc<dyn AttemptSink>,
    pub(super) globals: Arc<Globals>,
    pub(super) instances: Instances,
    pub(super) gate: RefCell<Gate>,
    /// By step: whether this walker has sent no request of it yet.
    pub(super) unseen: Vec<Cell<bool>>,
    pool: W::Pool,
    /// Filled-in requests of each step that nobody uses now; no more than were ever in use at once.
    requests: Vec<RefCell<Vec<Request>>>,
    /// Sessions that are over, to be used again.
    #[expect(clippy::vec_box, reason = "a session holds its state across awaits: boxed, it is never copied")]
    states: RefCell<Vec<Box<State>>>,
    /// Cookies of users between two of their sessions (closed model).
    jars: RefCell<HashMap<u64, Jar>>,
    cut: Cell<bool>,
    wake: Notify,
}

impl<W: World> Walker<W> {
    /// A walker over `program`'s flows.
    pub(super) fn new(
        program: Arc<Program>,
        world: W,
        sink: Rc<dyn AttemptSink>,
        globals: Arc<Globals>,
    ) -> Walker<W> {
        Walker {
            pool: world.pool(),
            requests: program.specs.iter().map(|_| RefCell::default()).collect(),
            gate: RefCell::new(Gate::new(program.specs.len())),
            unseen: program.specs.iter().map(|_| Cell::new(true)).collect(),
            instances: Instances::default(),
            states: RefCell::default(),
            jars: RefCell::default(),
            cut: Cell::new(false),
            wake: Notify::new(),
            program,
            world,
            sink,
            globals,
        }
    }

    /// Carries out one session.
    pub(super) async fn session(&self, start: Start<'_, W::Pool>) -> Ended {
        let mut state = self.begin(start.user, start.session);
        let flow = self.program.flow(&mut state.streams.data);
        let walk = &self.program.flows[flow];
        let ended = match self.draw_rows(&mut state, walk) {
            true => {
                let walked =
                    self.walk(&mut state, walk, start.intended, start.pool.unwrap_or(&self.pool)).await;
                walked.map_or_else(|ended| ended.0, |()| Ended::Good)
            }
            false => Ended::NoRow,
        };
        self.end(state);
        ended
    }

    /// Carries out setup. The error says which step failed, what was expected and what came.
    pub(super) async fn setup(&self) -> Result<Globals, String> {
        let mut state = self.begin(SETUP, SETUP);
        self.once(&mut state, &self.program.setup).await?;
        let mut globals =
            Globals { slots: vec![None; state.slots.len()], jar: std::mem::take(&mut state.jar) };
        for slot in &self.program.setup_slots {
            globals.slots[usize::from(*slot)] = state.slots[usize::from(*slot)].take();
        }
        Ok(globals)
    }

    /// Carries out teardown. The error says which step failed, what was expected and what came.
    pub(super) async fn teardown(&self) -> Result<(), String> {
        let mut state = self.begin(SETUP + 1, SETUP + 1);
        self.once(&mut state, &self.program.teardown).await
    }

    async fn once(&self, state: &mut State, walk: &Walk) -> Result<(), String> {
        // The rows of setup and teardown are those of a session 0.
        for feeder in &walk.feeders {
            let rows = &self.program.feeders[usize::from(*feeder)];
            state.rows[usize::from(*feeder)] = rows.row(0, 0, &mut state.streams.data).unwrap_or(0);
        }
        let intended = self.world.now();
        self.walk(state, walk, intended, &self.pool).await.map_err(|(_, reason)| reason)
    }

    /// Goes through the steps. The error says how it ended and, where a step was bad, why.
    async fn walk(
        &self,
        state: &mut State,
        walk: &Walk,
        mut intended: Nanos,
        pool: &W::Pool,
    ) -> Result<(), (Ended, String)> {
        for step in &walk.steps {
            let mut turn = 0;
            while self.is_due(state, step, turn) {
                let carried = self.operation(state, step, intended, pool).await;
                turn += 1;
                let end = match &carried {
                    Carried::Good { end } | Carried::Bad { end, .. } => *end,
                    Carried::Cut { reason } => return Err((Ended::Cut, reason.clone())),
                };
                intended = end + step.think(&mut state.streams.pace);
                if intended > end && !self.sleep_until(intended).await {
                    return Err((Ended::Cut, "the run was cut short".into()));
                }
                // A user whom the deployment failed has thought about it too before starting over.
                if let Carried::Bad { reason, .. } = carried {
                    return Err((Ended::Bad, reason));
                }
            }
        }
        Ok(())
    }

    /// Whether the step is carried out now, having been so `turn` times in this session. A step whose `repeat` is no
    /// number is: its operation then says so.
    fn is_due(&self, state: &mut State, step: &StepPlan, turn: u64) -> bool {
        let mut cx = self.context(state);
        let wanted = match &step.repeat {
            Repeat::Times(times) => *times,
            Repeat::Said(_) => step.times(&mut cx).unwrap_or(turn + 1),
        };
        turn < wanted && step.when.as_ref().is_none_or(|when| when.holds(&mut cx))
    }

    /// All that filling in and judging may look at.
    pub(super) fn context<'a>(&'a self, state: &'a mut State) -> Context<'a> {
        Context { program: &self.program, globals: &self.globals, state }
    }

    /// Waits; `false` if everything was cut meanwhile.
    pub(super) async fn sleep_until(&self, at: Nanos) -> bool {
        // Made before the flag is looked at, so that no cut falls between.
        let cut = self.wake.notified();
        if self.cut.get() {
            return false;
        }
        tokio::select! {
            biased;
            () = cut => false,
            () = self.world.sleep_until(at) => true,
        }
    }

    /// Ends everything: exchanges in flight, think times and backoff.
    pub(super) fn cut(&self) {
        self.cut.set(true);
        self.wake.notify_waiters();
        self.world.cut();
    }

    /// A request of this step, used before or new.
    pub(super) fn take_request(&self, step: &StepPlan) -> Request {
        let used = self.requests[usize::from(step.id.0)].borrow_mut().pop();
        used.unwrap_or_else(|| step.request.request.clone())
    }

    /// Gives it back.
    pub(super) fn return_request(&self, step: &StepPlan, request: Request) {
        self.requests[usize::from(step.id.0)].borrow_mut().push(request);
    }

    fn begin(&self, user: u64, session: u64) -> Box<State> {
        let used = self.states.borrow_mut().pop();
        let mut state = used.unwrap_or_else(|| Box::new(State::new(&self.program)));
        state.begin(&self.program, user, session);
        let mut jars = self.jars.borrow_mut();
        let jar = if jars.is_empty() { None } else { jars.remove(&user) };
        drop(jars);
        match jar {
            Some(jar) => state.jar = jar,
            None if self.globals.jar.is_empty() => {}
            None => state.jar.clone_from(&self.globals.jar),
        }
        state
    }

    fn end(&self, mut state: Box<State>) {
        if self.program.closed && !state.jar.is_empty() {
            self.jars.borrow_mut().insert(state.user, std::mem::take(&mut state.jar));
        }
        self.states.borrow_mut().push(state);
    }

    /// Gives the session its rows; `false` if a feeder has none left for it.
    fn draw_rows(&self, state: &mut State, walk: &Walk) -> bool {
        // A user of the closed model begins at a row of its own and goes on from there.
        let turn = if self.program.closed { state.user.wrapping_add(state.iteration) } else { state.session };
        for feeder in &walk.feeders {
            let rows = &self.program.feeders[usize::from(*feeder)];
            match rows.row(turn, state.user, &mut state.streams.data) {
                Some(row) => state.rows[usize::from(*feeder)] = row,
                None => return false,
            }
        }
        true
    }
}
