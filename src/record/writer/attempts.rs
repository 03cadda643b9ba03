//! The rows of `operations.arrows` on their way to the disk.

use super::arrow_file::ArrowFile;
use super::columns::{Flags, Ids, Maybe, Numbers, Texts};
use super::turns::Turns;
use crate::event::Attempt;

/// A batch is written at the latest when it has so many rows (2 MB: larger ones leave the cache and gain nothing),
const MOST_ROWS: usize = 16 * 1024;
/// or so much text.
const MOST_TEXT: usize = 16 << 20;
/// Columns are filled by so many rows at a time: few enough to stay in the innermost cache while every column takes its
/// part of them.
pub(super) const CHUNK: usize = 128;

/// The columns of [`schema::operations`](crate::record::schema::operations), in its order.
#[derive(Default)]
pub(super) struct AttemptColumns {
    op: Numbers<u64>,
    attempt: Numbers<u16>,
    last: Flags,
    replay_of: Maybe<u64>,
    user: Numbers<u64>,
    session: Numbers<u64>,
    arrival: Flags,
    step: Numbers<u16>,
    key: Texts,
    value: Texts,
    version: Maybe<i64>,
    intended: Numbers<i64>,
    started: Numbers<i64>,
    sent: Maybe<i64>,
    first_byte: Maybe<i64>,
    end: Numbers<i64>,
    sent_state: Numbers<u8>,
    status: Maybe<u16>,
    outcome: Numbers<u8>,
    good: Flags,
    error: Numbers<u8>,
    instance: Maybe<u16>,
    trace_id: Ids,
    bytes: Numbers<u64>,
    reply: Maybe<u64>,
    other: Flags,
    target: Texts,
}

impl AttemptColumns {
    /// How many of these rows to take next.
    pub(super) fn chunk(rows: &[Attempt]) -> usize {
        let text = |row: &Attempt| {
            [&row.key, &row.value, &row.target].into_iter().flatten().map(String::len).sum::<usize>()
        };
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
        self.target.extend(rows.iter().map(|row| row.target.as_deref()));
    }

    /// Whether the batch must be written now.
    pub(super) fn is_full(&self) -> bool {
        self.op.len() >= MOST_ROWS || self.key.bytes() + self.value.bytes() + self.target.bytes() >= MOST_TEXT
    }

    /// Appends the rows since the last batch, if there are any.
    pub(super) fn append_to(&mut self, file: &mut ArrowFile, turns: &mut Turns) {
        let rows = self.op.len();
        if rows == 0 {
            return;
        }
        file.append(
            rows,
            &mut [
                &mut self.op,
                &mut self.attempt,
                &mut self.last,
                &mut self.replay_of,
                &mut self.user,
                &mut self.session,
                &mut self.arrival,
                &mut self.step,
                &mut self.key,
                &mut self.value,
                &mut self.version,
                &mut self.intended,
                &mut self.started,
                &mut self.sent,
                &mut self.first_byte,
                &mut self.end,
                &mut self.sent_state,
                &mut self.status,
                &mut self.outcome,
                &mut self.good,
                &mut self.error,
                &mut self.instance,
                &mut self.trace_id,
                &mut self.bytes,
                &mut self.reply,
                &mut self.other,
                &mut self.target,
            ],
            turns,
        );
    }
}
