//! Attempts as they are read: columns, seen as rows.

use super::columns::{added, meaning, optional, required};
use crate::event::{Attempt, ErrorKind, Nanos, Outcome, Sent, StepId};
use crate::record::schema::TRACE_ID_BYTES;
use arrow_array::{
    Array, BooleanArray, FixedSizeBinaryArray, Int64Array, RecordBatch, StringArray, UInt8Array, UInt16Array,
    UInt64Array,
};

/// One attempt, its texts borrowed from its batch.
pub type AttemptRow<'a> = Attempt<&'a str>;

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
    target: Option<StringArray>,
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
            target: batch.column_by_name("target").map(|_| optional(batch, "target")).transpose()?,
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
            target: self.target.as_ref().and_then(|target| at(target, place, |column| column.value(place))),
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
