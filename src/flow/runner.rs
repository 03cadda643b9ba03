//! A worker's face of the flows.

use super::program::Program;
use super::sink::AttemptSink;
use super::state::Globals;
use super::timer::{Timer, TokioTimer};
use super::walker::{Ended, Start, Walker};
use super::world::{Live, World};
use crate::event::Clock;
use crate::http::{Client, Pool};
use std::rc::Rc;
use std::sync::Arc;

/// Carries out sessions. One per worker thread; any number of sessions at once.
pub struct Runner(Walker<Live>);

impl Runner {
    /// A runner whose think times and backoff are waited for by tokio's timers.
    pub fn new(
        program: Arc<Program>,
        clock: Clock,
        sink: Rc<dyn AttemptSink>,
        globals: Arc<Globals>,
    ) -> Runner {
        Runner::with_timer(program, clock, sink, globals, Rc::new(TokioTimer(clock)))
    }

    /// A runner that waits by another timer.
    pub fn with_timer(
        program: Arc<Program>,
        clock: Clock,
        sink: Rc<dyn AttemptSink>,
        globals: Arc<Globals>,
        timer: Rc<dyn Timer>,
    ) -> Runner {
        let client = Rc::new(Client::new(program.client_config(), clock));
        Runner(Walker::new(program, Live { client, clock, timer }, sink, globals))
    }

    /// An empty set of connections, for a user that has its own.
    pub fn pool(&self) -> Pool {
        self.0.world.pool()
    }

    /// Carries out one session and records every attempt of it.
    pub async fn session(&self, start: Start<'_>) -> Ended {
        self.0.session(start).await
    }

    /// Carries out setup and returns what its steps extracted.
    ///
    /// # Errors
    /// Says which step failed, what was expected and what came, secrets masked.
    pub async fn setup(&self) -> Result<Globals, String> {
        self.0.setup().await
    }

    /// Carries out teardown.
    ///
    /// # Errors
    /// Says which step failed, what was expected and what came, secrets masked.
    pub async fn teardown(&self) -> Result<(), String> {
        self.0.teardown().await
    }

    /// Ends everything now: the exchanges in flight (as [`Client::cut`] does), think times and backoff. Sessions end as
    /// [`Ended::Cut`]; none should be started afterwards.
    pub fn cut(&self) {
        self.0.cut();
    }
}
