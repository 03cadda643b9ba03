//! What virtual users do, as pacing and executors see it. The real ones walk the plan's flows; tests put others behind it.

use super::buffer::Buffer;
use super::timer::Wakes;
use crate::event::{Clock, Nanos, StepId};
use std::rc::Rc;

/// The beginning of one session.
pub(crate) struct Start<'a, P> {
    /// The virtual user.
    pub(crate) user: u64,
    /// The session's number in the load.
    pub(crate) session: u64,
    /// When the plan wanted it to start.
    pub(crate) intended: Nanos,
    /// The user's own connections; none: those of the worker.
    pub(crate) pool: Option<&'a P>,
}

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// All steps were good.
    Good,
    /// A step was not.
    Bad,
    /// The load was cut short.
    Cut,
    /// It could not start: a feeder with unique rows has none left.
    NoRow,
}

/// The users of one worker, on its thread.
pub(crate) trait Users: 'static {
    /// Connections that one user keeps.
    type Pool: 'static;

    /// New connections for one user.
    fn pool(&self) -> Self::Pool;

    /// Carries out one session and records it. It reads the clock first, so that lateness is true.
    fn session(&self, start: Start<'_, Self::Pool>) -> impl Future<Output = Ended>;

    /// The first step of the flow that a session would walk.
    fn first_step(&self, session: u64) -> StepId;

    /// The feeder that has no row for this user, so that its session could not start.
    fn exhausted(&self, user: u64) -> String;

    /// Ends every session under way now, and later ones at once.
    fn cut(&self);
}

/// Makes the users of each worker.
pub(crate) trait Script: Send + Sync + 'static {
    /// The users it makes.
    type Users: Users;

    /// The users of one worker; called on its thread, within its runtime.
    fn users(&self, clock: Clock, sink: Rc<Buffer>, wakes: Rc<Wakes>) -> Result<Self::Users, String>;
}
