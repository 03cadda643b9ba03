//! Attempts joined into the operations of a history.

use super::{Call, FaultSpan, History, Instance, Op, StepMark};
use crate::event::{Nanos, Outcome};
use crate::record::AttemptRow;
use std::collections::HashMap;

/// What is known beside the operations.
#[derive(Clone, Debug, Default)]
pub struct Setting {
    /// The steps by number.
    pub steps: Vec<StepMark>,
    /// The instances by number.
    pub instances: Vec<Instance>,
    /// The faults that were in force, in order of time.
    pub faults: Vec<FaultSpan>,
    /// Whether the plan wanted any.
    pub faults_planned: bool,
    /// The start of the load: the zero of every time in evidence.
    pub load_start: Nanos,
    /// Why the record is not whole, if it is not.
    pub torn: Option<String>,
    /// Whether what it says of the run (plan, steps, bounds) was changed since: then nothing in it proves anything.
    pub changed: bool,
}

/// Takes attempts one by one.
#[derive(Debug)]
pub struct Builder {
    history: History,
    open: HashMap<u64, Op>,
    headless: u64,
    calls: bool,
}

impl Builder {
    /// An empty history. `calls`: whether requests are kept too.
    pub fn new(setting: Setting, calls: bool) -> Builder {
        let history = History { setting, ..History::default() };
        Builder { history, open: HashMap::new(), headless: 0, calls }
    }

    /// Takes the next attempt. Steps that are not in the setting, and arrivals that could not start, are no operations.
    pub fn take(&mut self, row: &AttemptRow<'_>) {
        let step = self.history.setting.steps.get(usize::from(row.step.0));
        let marked = step.is_some_and(|step| step.mark.is_some());
        if step.is_none() || row.error.is_unstarted() {
            return;
        }
        if self.calls {
            self.call(row);
        }
        if !marked {
            return;
        }
        let new = self.op(row);
        if row.attempt == 0 {
            if row.last {
                self.history.ops.push(new);
            } else {
                self.open.insert(row.op, new);
            }
            return;
        }
        let Some(op) = self.open.get_mut(&row.op) else {
            self.headless += u64::from(row.last);
            return;
        };
        join(op, &new);
        if row.last {
            self.history.ops.extend(self.open.remove(&row.op));
        }
    }

    /// The history of what was taken.
    pub fn finish(mut self) -> History {
        self.history.incomplete = self.headless + self.open.len() as u64;
        self.history
    }

    fn op(&mut self, row: &AttemptRow<'_>) -> Op {
        let mut text = |text: Option<&str>| text.map(|text| self.history.texts.add(text));
        Op {
            op: row.op,
            session: row.session,
            replay_of: row.replay_of,
            other: row.other,
            key: text(row.key),
            value: text(row.value),
            version: row.version,
            reply: row.reply,
            invoke: row.sent.unwrap_or(row.started),
            done: row.end,
            step: row.step,
            status: row.status,
            instance: row.instance,
            attempts: 1,
            outcome: row.outcome,
            good: row.good,
        }
    }

    fn call(&mut self, row: &AttemptRow<'_>) {
        let Some(sent) = row.sent else { return };
        let key = row.key.map(|key| self.history.texts.add(key));
        self.history.calls.push(Call {
            step: row.step,
            key,
            sent,
            end: row.end,
            outcome: row.outcome,
            status: row.status,
            instance: row.instance,
        });
    }
}

/// One more attempt. The first that was ok says when the operation was done; the last says what the user got.
fn join(op: &mut Op, next: &Op) {
    if op.outcome != Outcome::Ok {
        op.done = next.done;
    }
    op.outcome = op.outcome.join(next.outcome);
    op.key = next.key.or(op.key);
    op.value = next.value.or(op.value);
    op.version = next.version.or(op.version);
    op.reply = next.reply;
    op.status = next.status;
    op.instance = next.instance;
    op.good = next.good;
    op.attempts = op.attempts.saturating_add(1);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::history::Role;
    use crate::verify::tests::run::{bad, good};

    fn setting() -> Setting {
        let mark = Some((Role::Effect, "order".to_owned()));
        Setting { steps: vec![StepMark { mark, ..StepMark::default() }], ..Setting::default() }
    }

    #[test]
    fn the_first_ok_attempt_says_when_it_was_done_and_the_last_what_the_user_got() {
        let mut builder = Builder::new(setting(), true);
        let mut first = good(1, 1.0);
        bad(&mut first);
        first.last = false;
        let mut second = good(1, 2.0);
        (second.attempt, second.last, second.key) = (1, false, Some("k".into()));
        let mut third = good(1, 3.0);
        bad(&mut third);
        third.attempt = 2;
        for attempt in [&first, &second, &third] {
            builder.take(&attempt.into());
        }
        let history = builder.finish();
        let op = history.ops[0];
        assert_eq!((op.invoke, op.done, op.attempts), (first.intended, second.end, 3));
        assert_eq!(
            (op.outcome, op.good, op.key.map(|key| history.text(key))),
            (Outcome::Ok, false, Some("k"))
        );
        assert_eq!((history.calls.len(), history.incomplete), (3, 0));
    }

    #[test]
    fn what_lacks_an_attempt_is_counted_and_no_operation() {
        let mut builder = Builder::new(setting(), false);
        let mut open = good(1, 1.0);
        open.last = false;
        let mut headless = good(2, 1.0);
        headless.attempt = 1;
        builder.take(&(&open).into());
        builder.take(&(&headless).into());
        let history = builder.finish();
        assert_eq!((history.ops.len(), history.incomplete), (0, 2));
    }
}
