//! What a session knows and remembers.

use super::cookies::Jar;
use super::program::Program;
use super::random::Streams;
use super::value::Value;
use crate::json::Value as Json;

/// Variables (and cookies) that setup's steps brought, visible to all flows and to teardown.
#[derive(Debug, Default)]
pub struct Globals {
    pub(super) slots: Vec<Option<Value>>,
    pub(super) jar: Jar,
}

/// One session. Kept and used again for another when it is over, with all its buffers.
#[derive(Clone, Debug)]
pub(super) struct State {
    /// The user's number.
    pub(super) user: u64,
    /// The session's number.
    pub(super) session: u64,
    /// How many sessions the user has been through.
    pub(super) iteration: u64,
    /// Variables and kept generators, by slot.
    pub(super) slots: Vec<Option<Value>>,
    /// The session's row of each feeder.
    pub(super) rows: Vec<usize>,
    /// Chance.
    pub(super) streams: Streams,
    /// The user's cookies.
    pub(super) jar: Jar,
    /// What the step's JSONPaths found in the reply at hand.
    pub(super) found: Vec<Option<Json>>,
    /// Why the reply at hand is not JSON.
    pub(super) not_json: Option<String>,
    /// How many operations the session has begun.
    pub(super) operations: u64,
    /// What the operation at hand repeats on purpose, and whether it is repeated.
    pub(super) replaying: Replaying,
}

/// How an operation stands to deliberate repetition.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Replaying {
    /// The operation that it repeats.
    pub(super) of: Option<u64>,
    /// Whether with another payload.
    pub(super) other: bool,
    /// Whether replies will be compared: it is repeated, or repeats.
    pub(super) compared: bool,
}

/// The most operations of a session: its part of an operation's number has 16 bits.
pub(super) const MOST_OPERATIONS: u64 = 1 << 16;

impl State {
    /// A session that has not begun.
    pub(super) fn new(program: &Program) -> State {
        State {
            user: 0,
            session: 0,
            iteration: 0,
            slots: vec![None; program.slots.len()],
            rows: vec![0; program.feeders.len()],
            streams: Streams::new(0, 0),
            jar: Jar::default(),
            found: Vec::new(),
            not_json: None,
            operations: 0,
            replaying: Replaying::default(),
        }
    }

    /// Begins the session with this number: nothing of the one before is left but the room it took.
    pub(super) fn begin(&mut self, program: &Program, user: u64, session: u64) {
        self.user = user;
        self.session = session;
        self.iteration = if program.closed { session & 0xffff_ffff } else { 0 };
        // Where there are none even the call is saved: sessions begin as often as requests.
        if !self.slots.is_empty() {
            self.slots.fill(None);
        }
        if !self.rows.is_empty() {
            self.rows.fill(0);
        }
        self.streams = Streams::new(program.seed, session);
        self.jar.clear();
        self.operations = 0;
        self.replaying = Replaying::default();
    }

    /// The number of the operation at hand: the session's, then 16 bits of its own count.
    pub(super) fn operation(&self) -> u64 {
        self.session.wrapping_shl(16) | (self.operations - 1).min(MOST_OPERATIONS - 1)
    }
}

/// All that filling in a template or judging a reply may look at.
pub(super) struct Context<'a> {
    /// The program.
    pub(super) program: &'a Program,
    /// What setup brought.
    pub(super) globals: &'a Globals,
    /// The session.
    pub(super) state: &'a mut State,
}

impl Context<'_> {
    /// A variable: the session's own, else the one from setup.
    pub(super) fn variable(&self, slot: u16) -> Option<&Value> {
        let slot = usize::from(slot);
        let own = self.state.slots.get(slot).and_then(Option::as_ref);
        own.or_else(|| self.globals.slots.get(slot).and_then(Option::as_ref))
    }
}
