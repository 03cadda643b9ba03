//! Attempts as whoever only counts reads them: numbers and times, no texts. Most of a file stays packed.

use super::columns::{meaning, optional, required};
use crate::event::{ErrorKind, Nanos, Outcome, StepId};
use arrow_array::{Array, BooleanArray, Int64Array, RecordBatch, UInt8Array, UInt16Array, UInt64Array};

/// What counting needs of one attempt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outline {
    /// The operation.
    pub op: u64,
    /// 0 for the first attempt, then 1, 2, …
    pub attempt: u16,
    /// Whether it was the operation's last.
    pub last: bool,
    /// Whether it repeats another operation on purpose.
    pub is_replay: bool,
    /// Whether it was its session's first.
    pub arrival: bool,
    /// The step.
    pub step: StepId,
    /// When the plan wanted it to start.
    pub intended: Nanos,
    /// When the generator turned to it.
    pub started: Nanos,
    /// When it was over.
    pub end: Nanos,
    /// Whether it took effect.
    pub outcome: Outcome,
    /// Whether the user got what the plan expects.
    pub good: bool,
    /// What went wrong.
    pub error: ErrorKind,
    /// The HTTP status; absent if no response head came.
    pub status: Option<u16>,
    /// Who replied, where the reply said it: a place in `run.json`'s instances.
    pub instance: Option<u16>,
    /// Bytes of the response.
    pub bytes: u64,
}

/// The columns that it takes.
pub(super) const COLUMNS: [&str; 15] = [
    "op",
    "attempt",
    "last",
    "replay_of",
    "arrival",
    "step",
    "intended",
    "started",
    "end",
    "outcome",
    "good",
    "error",
    "status",
    "instance",
    "bytes",
];

pub(super) fn rows(batch: &RecordBatch) -> Result<Vec<Outline>, String> {
    let flags = |name| required::<BooleanArray>(batch, name);
    let numbers = |name| required::<UInt8Array>(batch, name);
    let times = |name| required::<Int64Array>(batch, name);
    let op: UInt64Array = required(batch, "op")?;
    let attempt: UInt16Array = required(batch, "attempt")?;
    let (last, arrival, good) = (flags("last")?, flags("arrival")?, flags("good")?);
    let replay_of: UInt64Array = optional(batch, "replay_of")?;
    let step: UInt16Array = required(batch, "step")?;
    let (intended, started, end) = (times("intended")?, times("started")?, times("end")?);
    let outcome = meaning("outcome", numbers("outcome")?.values(), Outcome::from_number)?;
    let error = meaning("error", numbers("error")?.values(), ErrorKind::from_number)?;
    let status: UInt16Array = optional(batch, "status")?;
    let instance: UInt16Array = optional(batch, "instance")?;
    let bytes: UInt64Array = required(batch, "bytes")?;
    let known = |column: &UInt16Array, place| column.is_valid(place).then(|| column.value(place));
    let row = |place: usize| Outline {
        op: op.value(place),
        attempt: attempt.value(place),
        last: last.value(place),
        is_replay: replay_of.is_valid(place),
        arrival: arrival.value(place),
        step: StepId(step.value(place)),
        intended: Nanos(intended.value(place)),
        started: Nanos(started.value(place)),
        end: Nanos(end.value(place)),
        outcome: outcome[place],
        good: good.value(place),
        error: error[place],
        status: known(&status, place),
        instance: known(&instance, place),
        bytes: bytes.value(place),
    };
    Ok((0..batch.num_rows()).map(row).collect())
}
