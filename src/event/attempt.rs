//! One request on the wire: a row of `operations.arrows`.

use super::{ErrorKind, Nanos, Outcome};
use serde::{Deserialize, Serialize};

/// The place of a step in the manifest's list of steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepId(pub u16);

/// How much of the request was written to the connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum Sent {
    /// Not one byte: the server cannot have acted.
    #[default]
    Nothing = 0,
    /// Some bytes, not all.
    Part = 1,
    /// The whole request.
    All = 2,
}

impl Sent {
    /// The state with this number in the record.
    pub fn from_number(number: u8) -> Option<Sent> {
        [Sent::Nothing, Sent::Part, Sent::All].get(usize::from(number)).copied()
    }
}

/// One attempt of one operation. An operation is what the user wanted once (a step carried out once); an attempt is one
/// request on the wire. Times are on the run's clock. Texts are its own, or borrowed where attempts are read in numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Attempt<Text = String> {
    /// The operation: unique in the run.
    pub op: u64,
    /// 0 for the first attempt, then 1, 2, …
    pub attempt: u16,
    /// Whether this was the operation's last attempt: its row closes the operation.
    pub last: bool,
    /// The operation that this one repeats on purpose.
    pub replay_of: Option<u64>,
    /// Whether it repeats that one with another payload.
    pub other: bool,
    /// The virtual user: the arrival's number (open model) or the user's number (closed model).
    pub user: u64,
    /// The session: one walk through a flow.
    pub session: u64,
    /// Whether it is its session's first: `started − intended` is then the generator's own lateness.
    pub arrival: bool,
    /// The step, by the manifest's numbering.
    pub step: StepId,
    /// The key of the effect or read that verification follows.
    pub key: Option<Text>,
    /// The value written or read.
    pub value: Option<Text>,
    /// The version written or read.
    pub version: Option<i64>,
    /// When the plan wanted it to start.
    pub intended: Nanos,
    /// When the generator turned to it; waiting for a connection comes after, and so counts against the deployment.
    pub started: Nanos,
    /// When the first byte was written; absent if none was.
    pub sent: Option<Nanos>,
    /// When the first byte of the response came.
    pub first_byte: Option<Nanos>,
    /// When it was over.
    pub end: Nanos,
    /// How much of the request was written.
    pub sent_state: Sent,
    /// The HTTP status; absent if no response head came.
    pub status: Option<u16>,
    /// Whether it took effect.
    pub outcome: Outcome,
    /// Whether the user got what the plan expects.
    pub good: bool,
    /// What went wrong.
    pub error: ErrorKind,
    /// Who answered, from the plan's instance header; by the record's numbering (`Manifest::instances`).
    pub instance: Option<u16>,
    /// The W3C trace id that the request carried.
    pub trace_id: Option<u128>,
    /// Bytes of the response, head and body.
    pub bytes: u64,
    /// Of an operation that is repeated on purpose and of its repetitions, if a whole response came: the first 8 bytes of
    /// the SHA-256 of its body, big-endian. The same reply has the same (the status stands apart).
    pub reply: Option<u64>,
    /// The path and query that were sent, secrets masked. Recorded of the first requests of each step, and of all where
    /// the run was asked to (`run --jtl`).
    pub target: Option<Text>,
}

impl<'a> From<&'a Attempt> for Attempt<&'a str> {
    fn from(attempt: &'a Attempt) -> Attempt<&'a str> {
        Attempt {
            op: attempt.op,
            attempt: attempt.attempt,
            last: attempt.last,
            replay_of: attempt.replay_of,
            other: attempt.other,
            user: attempt.user,
            session: attempt.session,
            arrival: attempt.arrival,
            step: attempt.step,
            key: attempt.key.as_deref(),
            value: attempt.value.as_deref(),
            version: attempt.version,
            intended: attempt.intended,
            started: attempt.started,
            sent: attempt.sent,
            first_byte: attempt.first_byte,
            end: attempt.end,
            sent_state: attempt.sent_state,
            status: attempt.status,
            outcome: attempt.outcome,
            good: attempt.good,
            error: attempt.error,
            instance: attempt.instance,
            trace_id: attempt.trace_id,
            bytes: attempt.bytes,
            reply: attempt.reply,
            target: attempt.target.as_deref(),
        }
    }
}
