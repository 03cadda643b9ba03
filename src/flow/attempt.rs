//! Rows of the record.

use super::judge::Judged;
use super::program::{Mark, Marked, StepPlan};
use super::sink::AttemptSink;
use super::state::Context;
use crate::event::{Attempt, Nanos};
use crate::http::{Exchange, Response};
use sha2::{Digest, Sha256};

/// What is known of an attempt beside its exchange.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) number: u16,
    pub(super) intended: Nanos,
    pub(super) started: Nanos,
    pub(super) trace_id: Option<u128>,
    pub(super) instance: Option<u16>,
}

impl Row {
    /// The row, as that of an operation's last attempt.
    pub(super) fn attempt(
        &self,
        cx: &mut Context<'_>,
        step: &StepPlan,
        exchange: &Exchange,
        judged: &Judged,
    ) -> Attempt {
        let (key, value, version) = match &step.mark {
            Some(mark) => mark.render(judged.good(), cx),
            None => (None, None, None),
        };
        let reply = exchange.result.as_ref().ok();
        let status = match &exchange.result {
            Ok(response) => Some(response.status),
            Err(trouble) => trouble.status,
        };
        Attempt {
            op: cx.state.operation(),
            attempt: self.number,
            last: true,
            replay_of: cx.state.replaying.of,
            other: cx.state.replaying.other,
            user: cx.state.user,
            session: cx.state.session,
            arrival: cx.state.operations == 1 && self.number == 0,
            step: step.id,
            key,
            value,
            version,
            intended: self.intended,
            started: self.started,
            sent: exchange.sent,
            first_byte: exchange.first_byte,
            end: exchange.end,
            sent_state: exchange.sent_state,
            status,
            outcome: judged.outcome,
            good: judged.good(),
            error: judged.error,
            instance: self.instance,
            trace_id: self.trace_id,
            bytes: exchange.bytes,
            reply: reply.filter(|_| cx.state.replaying.compared).map(fingerprint),
            target: None,
        }
    }
}

/// What tells one body from another.
fn fingerprint(response: &Response) -> u64 {
    let hash = Sha256::digest(&response.body);
    hash.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

impl Mark {
    /// Key, value and version, as far as they are known: what this step extracts is so only of a good reply.
    fn render(&self, good: bool, cx: &mut Context<'_>) -> (Option<String>, Option<String>, Option<i64>) {
        let key = self.key.render(good, cx);
        let value = self.value.as_ref().and_then(|value| value.render(good, cx));
        let version = self.version.as_ref().and_then(|version| version.render(good, cx));
        (key, value, version.and_then(|version| version.trim().parse().ok()))
    }
}

impl Marked {
    fn render(&self, good: bool, cx: &mut Context<'_>) -> Option<String> {
        if self.from_reply && !good {
            return None;
        }
        if let Some(source) = self.text.single() {
            return source.value(cx).map(|value| value.into_owned().canonical());
        }
        let mut out = String::new();
        self.text.render(&mut out, cx).ok().map(|()| out)
    }
}

/// A row that waits until it is known whether another attempt follows. If nobody says so it was the last.
pub(super) struct Held<'a> {
    sink: &'a dyn AttemptSink,
    attempt: Option<Attempt>,
}

impl<'a> Held<'a> {
    /// Holds a row back.
    pub(super) fn new(sink: &'a dyn AttemptSink, attempt: Attempt) -> Held<'a> {
        Held { sink, attempt: Some(attempt) }
    }

    /// Hands it over: another attempt follows.
    pub(super) fn followed(mut self) {
        if let Some(attempt) = &mut self.attempt {
            attempt.last = false;
        }
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        if let Some(attempt) = self.attempt.take() {
            self.sink.attempt(attempt);
        }
    }
}
