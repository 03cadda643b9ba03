//! The rows of `operations.arrows` on their way to the disk.

use super::columns::{Flags, Ids, Maybe, Numbers, Texts};
use crate::event::Attempt;
use arrow_array::ArrayRef;
use arrow_array::types::{Int64Type, UInt8Type, UInt16Type, UInt64Type};

/// A batch is written at the latest when it has so many rows (2 MB: larger ones leave the cache and gain nothing),
const MOST_ROWS: usize = 16 * 1024;
/// or so much text.
const MOST_TEXT: usize = 16 << 20;
/// Columns are filled by so many rows at a time: few enough to stay in the innermost cache while every column takes its
/// part of them.
const CHUNK: usize = 128;

/// The columns of [`schema::operations`](crate::record::schema::operations), in its order.
#[derive(Default)]
pub(super) struct AttemptColumns {
    op: Numbers<UInt64Type>,
    attempt: Numbers<UInt16Type>,
    last: Flags,
    replay_of: Maybe<UInt64Type>,
    user: Numbers<UInt64Type>,
    session: Numbers<UInt64Type>,
    arrival: Flags,
    step: Numbers<UInt16Type>,
    key: Texts,
    value: Texts,
    version: Maybe<Int64Type>,
    intended: Numbers<Int64Type>,
    started: Numbers<Int64Type>,
    sent: Maybe<Int64Type>,
    first_byte: Maybe<Int64Type>,
    end: Numbers<Int64Type>,
    sent_state: Numbers<UInt8Type>,
    status: Maybe<UInt16Type>,
    outcome: Numbers<UInt8Type>,
    good: Flags,
    error: Numbers<UInt8Type>,
    instance: Maybe<UInt16Type>,
    trace_id: Ids,
    bytes: Numbers<UInt64Type>,
    reply: Maybe<UInt64Type>,
    other: Flags,
}

impl AttemptColumns {
    /// How many of these rows to take next.
    pub(super) fn chunk(rows: &[Attempt]) -> usize {
        let text =
            |row: &Attempt| [&row.key, &row.value].into_iter().flatten().map(String::len).sum::<usize>();
        let mut room = MOST_TEXT;
        let fits = |row: &&Attempt| {
            let fitted = room > 0;
            room = room.saturating_sub(text(row));
            fitted
        };
        rows.iter().take(CHUNK).take_while(fits).count()
    }

    /// Takes these rows.
    pub(super) fn extend(&mut self, rows: &[Attempt]) {
        self.op.extend(rows.iter().map(|row| row.op));
        self.attempt.extend(rows.iter().map(|row| row.attempt));
        self.last.extend(rows.iter().map(|row| row.last));
        self.replay_of.extend(rows.iter().map(|row| row.replay_of));
        self.user.extend(rows.iter().map(|row| row.user));
        self.session.extend(rows.iter().map(|row| row.session));
        self.arrival.extend(rows.iter().map(|row| row.arrival));
        self.step.extend(rows.iter().map(|row| row.step.0));
        self.key.extend(rows.iter().map(|row| row.key.as_deref()));
        self.value.extend(rows.iter().map(|row| row.value.as_deref()));
        self.version.extend(rows.iter().map(|row| row.version));
        self.intended.extend(rows.iter().map(|row| row.intended.0));
        self.started.extend(rows.iter().map(|row| row.started.0));
        self.sent.extend(rows.iter().map(|row| row.sent.map(|time| time.0)));
        self.first_byte.extend(rows.iter().map(|row| row.first_byte.map(|time| time.0)));
        self.end.extend(rows.iter().map(|row| row.end.0));
        self.sent_state.extend(rows.iter().map(|row| row.sent_state as u8));
        self.status.extend(rows.iter().map(|row| row.status));
        self.outcome.extend(rows.iter().map(|row| row.outcome as u8));
        self.good.extend(rows.iter().map(|row| row.good));
        self.error.extend(rows.iter().map(|row| row.error as u8));
        self.instance.extend(rows.iter().map(|row| row.instance));
        self.trace_id.extend(rows.iter().map(|row| row.trace_id));
        self.bytes.extend(rows.iter().map(|row| row.bytes));
        self.reply.extend(rows.iter().map(|row| row.reply));
        self.other.extend(rows.iter().map(|row| row.other));
    }

    /// Whether the batch must be written now.
    pub(super) fn is_full(&self) -> bool {
        self.op.len() >= MOST_ROWS || self.key.bytes() + self.value.bytes() >= MOST_TEXT
    }

    /// The rows since the last batch; nothing if there are none.
    pub(super) fn finish(&mut self) -> Option<Vec<ArrayRef>> {
        if self.op.len() == 0 {
            return None;
        }
        Some(vec![
            self.op.finish(),
            self.attempt.finish(),
            self.last.finish(),
            self.replay_of.finish(),
            self.user.finish(),
            self.session.finish(),
            self.arrival.finish(),
            self.step.finish(),
            self.key.finish(),
            self.value.finish(),
            self.version.finish(),
            self.intended.finish(),
            self.started.finish(),
            self.sent.finish(),
            self.first_byte.finish(),
            self.end.finish(),
            self.sent_state.finish(),
            self.status.finish(),
            self.outcome.finish(),
            self.good.finish(),
            self.error.finish(),
            self.instance.finish(),
            self.trace_id.finish(),
            self.bytes.finish(),
            self.reply.finish(),
            self.other.finish(),
        ])
    }
}
