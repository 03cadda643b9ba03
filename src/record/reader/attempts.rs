//! Attempts as they are read: columns, seen as rows.

use super::columns::{added, meaning, optional, required};
use crate::event::{Attempt, ErrorKind, Nanos, Outcome, Sent, StepId};
use crate::record::schema::TRACE_ID_BYTES;
use arrow_array::{
    Array, BooleanArray, FixedSizeBinaryArray, Int64Array, RecordBatch, StringArray, UInt8Array, UInt16Array,
    UInt64Array,
};

/// One attempt, borrowed from its batch; the fields are those of [`Attempt`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AttemptRow<'a> {
    /// The operation: unique in the run.
    pub op: u64,
    /// 0 for the first attempt, then 1, 2, …
    pub attempt: u16,
    /// Whether this was the operation's last attempt.
    pub last: bool,
    /// The operation that this one repeats on purpose.
    pub replay_of: Option<u64>,
    /// Whether it repeats that one with another payload.
    pub other: bool,
    /// The virtual user.
    pub user: u64,
    /// The session.
    pub session: u64,
    /// Whether it is its session's first.
    pub arrival: bool,
    /// The step.
    pub step: StepId,
    /// The key of the effect or read.
    pub key: Option<&'a str>,
    /// The value written or read.
    pub value: Option<&'a str>,
    /// The version written or read.
    pub version: Option<i64>,
    /// When the plan wanted it to start.
    pub intended: Nanos,
    /// When the generator turned to it.
    pub started: Nanos,
    /// When the first byte was written.
    pub sent: Option<Nanos>,
    /// When the first byte of the response came.
    pub first_byte: Option<Nanos>,
    /// When it was over.
    pub end: Nanos,
    /// How much of the request was written.
    pub sent_state: Sent,
    /// The HTTP status.
    pub status: Option<u16>,
    /// Whether it took effect.
    pub outcome: Outcome,
    /// Whether the user got what the plan expects.
    pub good: bool,
    /// What went wrong.
    pub error: ErrorKind,
    /// Who answered.
    pub instance: Option<u16>,
    /// The W3C trace id.
    pub trace_id: Option<u128>,
    /// Bytes of the response.
    pub bytes: u64,
    /// What identifies the response's body, where the step is replayed.
    pub reply: Option<u64>,
}

impl<'a> From<&'a Attempt> for AttemptRow<'a> {
    fn from(attempt: &'a Attempt) -> AttemptRow<'a> {
        AttemptRow {
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
        }
    }
}

/// Attempts that were written together.
#[derive(Clone, Debug)]
pub struct AttemptBatch {
    op: UInt64Array,
    attempt: UInt16Array,
    last: BooleanArray,
    replay_of: UInt64Array,
    user: UInt64Array,
    session: UInt64Array,
    arrival: BooleanArray,
    step: UInt16Array,
    key: StringArray,
    value: StringArray,
    version: Int64Array,
    intended: Int64Array,
    started: Int64Array,
    sent: Int64Array,
    first_byte: Int64Array,
    end: Int64Array,
    sent_state: Vec<Sent>,
    status: UInt16Array,
    outcome: Vec<Outcome>,
    good: BooleanArray,
    error: Vec<ErrorKind>,
    instance: UInt16Array,
    trace_id: FixedSizeBinaryArray,
    bytes: UInt64Array,
    reply: UInt64Array,
    other: Option<BooleanArray>,
}

impl AttemptBatch {
    pub(super) fn new(batch: RecordBatch) -> Result<AttemptBatch, String> {
        let batch = &batch;
        let numbers = |name| required::<UInt8Array>(batch, name);
        let trace_id: FixedSizeBinaryArray = optional(batch, "trace_id")?;
        if trace_id.value_length() != TRACE_ID_BYTES {
            return Err(format!("column trace_id holds {} bytes a row", trace_id.value_length()));
        }
        Ok(AttemptBatch {
            op: required(batch, "op")?,
            attempt: required(batch, "attempt")?,
            last: required(batch, "last")?,
            replay_of: optional(batch, "replay_of")?,
            user: required(batch, "user")?,
            session: required(batch, "session")?,
            arrival: required(batch, "arrival")?,
            step: required(batch, "step")?,
            key: optional(batch, "key")?,
            value: optional(batch, "value")?,
            version: optional(batch, "version")?,
            intended: required(batch, "intended")?,
            started: required(batch, "started")?,
            sent: optional(batch, "sent")?,
            first_byte: optional(batch, "first_byte")?,
            end: required(batch, "end")?,
            sent_state: meaning("sent_state", numbers("sent_state")?.values(), Sent::from_number)?,
            status: optional(batch, "status")?,
            outcome: meaning("outcome", numbers("outcome")?.values(), Outcome::from_number)?,
            good: required(batch, "good")?,
            error: meaning("error", numbers("error")?.values(), ErrorKind::from_number)?,
            instance: optional(batch, "instance")?,
            trace_id,
            bytes: required(batch, "bytes")?,
            reply: added(batch, "reply")?,
            other: batch.column_by_name("other").map(|_| required(batch, "other")).transpose()?,
        })
    }

    /// How many attempts there are.
    pub fn len(&self) -> usize {
        self.op.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.op.is_empty()
    }

    /// The attempts.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = AttemptRow<'_>> {
        (0..self.len()).map(|place| self.row(place))
    }

    /// The attempt at a place, from 0 to below [`AttemptBatch::len`].
    pub fn row(&self, place: usize) -> AttemptRow<'_> {
        let time = |column: &Int64Array| Nanos(column.value(place));
        AttemptRow {
            op: self.op.value(place),
            attempt: self.attempt.value(place),
            last: self.last.value(place),
            replay_of: at(&self.replay_of, place, |column| column.value(place)),
            other: self.other.as_ref().is_some_and(|other| other.value(place)),
            user: self.user.value(place),
            session: self.session.value(place),
            arrival: self.arrival.value(place),
            step: StepId(self.step.value(place)),
            key: at(&self.key, place, |column| column.value(place)),
            value: at(&self.value, place, |column| column.value(place)),
            version: at(&self.version, place, |column| column.value(place)),
            intended: time(&self.intended),
            started: time(&self.started),
            sent: at(&self.sent, place, time),
            first_byte: at(&self.first_byte, place, time),
            end: time(&self.end),
            sent_state: self.sent_state[place],
            status: at(&self.status, place, |column| column.value(place)),
            outcome: self.outcome[place],
            good: self.good.value(place),
            error: self.error[place],
            instance: at(&self.instance, place, |column| column.value(place)),
            trace_id: at(&self.trace_id, place, |column| trace_id(column.value(place))),
            bytes: self.bytes.value(place),
            reply: at(&self.reply, place, |column| column.value(place)),
        }
    }
}

/// The value at a place of a column in which values may be absent.
fn at<'a, C: Array, T>(column: &'a C, place: usize, value: impl FnOnce(&'a C) -> T) -> Option<T> {
    column.is_valid(place).then(|| value(column))
}

fn trace_id(bytes: &[u8]) -> u128 {
    bytes.iter().fold(0, |number, byte| number << 8 | u128::from(*byte))
}
