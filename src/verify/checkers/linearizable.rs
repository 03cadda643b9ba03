//! `linearizable`: each key's effects and reads have one order that respects real time, as those of a register.
//!
//! What an effect writes is its value, or where none is marked its version; deleting writes nothing, a read that finds
//! nothing reads it. A deliberate repetition may write again or not. What a key held before the load is taken from its
//! first read. Where others may write to a key, a value that this run did not write contradicts nothing: Unknown.

use super::evidence::count;
use super::{Case, Checker, Evidence, Finding};
use crate::event::Outcome;
use crate::plan::KeyOrigin;
use crate::verify::Verdict;
use crate::verify::history::{Op, Text};
use crate::verify::linear::{self, ABSENT, Action, Budget, Failure, Initial, Model, ValueId, Values};
use std::collections::{BTreeMap, BTreeSet};

/// Configurations that may be visited, over all keys.
const STATES: u64 = 5_000_000;

/// See the file's head.
pub struct Linearizable;

impl Checker for Linearizable {
    fn name(&self) -> &'static str {
        "linearizable"
    }

    fn check(&self, case: &Case<'_>) -> Result<Finding, String> {
        let mut asked = Asked::default();
        for op in &case.history.ops {
            asked.take(case, op)?;
        }
        if !asked.operations.iter().any(|op| op.action.is_read()) {
            return Err("no read returned a value: nothing could have contradicted".to_owned());
        }
        asked.begin();
        let budget = Budget { states: STATES, expired: &|| false };
        let outcome =
            linear::check(&asked.operations, &asked.values, Model::Register, Initial::default(), &budget);
        let judged = asked.ops.iter().flatten().count() as u64;
        let keys = count(outcome.keys, "key");
        let mut evidence = Evidence::default();
        for failure in &outcome.failures {
            asked.show(case, failure, &mut evidence);
        }
        if !outcome.failures.is_empty()
            && outcome.failures.iter().all(|failure| asked.may_be_others(case, failure.key))
        {
            let reason = "what was read is explained by no order, but values were read that no operation of this run wrote: \
                          others may have written to its keys. Say `exclusive = true` in `[stack]` if the run alone \
                          writes, or put `${uuid:…}` or `${run_id}` into the keys.";
            return Ok(Finding {
                evidence: evidence.lines(),
                ..Finding::new(Verdict::Unknown, reason, judged)
            });
        }
        if !outcome.failures.is_empty() {
            let wrong = outcome.failures.len();
            let reason =
                format!("the operations of {wrong} of {keys} have no order that explains what was read.");
            return Ok(Finding::judged(true, reason, judged, evidence.lines()));
        }
        if let Some(open) = outcome.undecided.first() {
            let reason = format!(
                "the budget of {STATES} states was used up: {} of {keys} undecided, `{}` after {} of {} returns.",
                outcome.undecided.len(),
                asked.key(case, open.key),
                open.passed,
                open.returns
            );
            return Ok(Finding::new(Verdict::Unknown, reason, judged));
        }
        let reason =
            format!("{} on {keys} have an order that explains what was read.", count(judged, "operation"));
        Ok(Finding::judged(false, reason, judged, Vec::new()))
    }
}

/// The question to the search.
#[derive(Default)]
struct Asked<'a> {
    operations: Vec<linear::Op>,
    /// For each of them the operation behind it; none for what was there at the beginning.
    ops: Vec<Option<&'a Op>>,
    values: Values,
    keys: BTreeMap<Text, u32>,
}

impl<'a> Asked<'a> {
    fn take(&mut self, case: &Case<'a>, op: &'a Op) -> Result<(), String> {
        let (is_read, is_write) = (case.is_read(op), case.is_write(op));
        let Some(key) = op.key.filter(|_| is_read || is_write) else { return Ok(()) };
        let found_nothing = op.outcome == Outcome::Fail && matches!(op.status, Some(404 | 410));
        let action = if is_read {
            if op.outcome != Outcome::Ok && !found_nothing {
                return Ok(());
            }
            match self.value(case, op) {
                _ if found_nothing => Action::Read(ABSENT),
                Some(value) => Action::Read(value),
                // A reply without the value says nothing of it.
                None => return Ok(()),
            }
        } else {
            if op.outcome == Outcome::Fail {
                return Ok(());
            }
            match self.value(case, op) {
                _ if case.history.step(op).deletes => Action::Write(ABSENT),
                Some(value) => Action::Write(value),
                None => {
                    return Err(format!(
                        "`{}` marks no value: add `value` to its effect",
                        case.history.step(op).name
                    ));
                }
            }
        };
        let returned = is_read || (op.is_done() && op.replay_of.is_none());
        let fresh = self.keys.len() as u32;
        let key = *self.keys.entry(key).or_insert(fresh);
        let ret = returned.then_some(op.done.0);
        self.operations.push(linear::Op { key, call: op.invoke.0, ret, action });
        self.ops.push(Some(op));
        Ok(())
    }

    fn value(&mut self, case: &Case<'_>, op: &Op) -> Option<ValueId> {
        match (op.value, op.version) {
            (Some(value), _) => Some(self.values.intern(case.history.text(value))),
            (None, version) => version.map(|version| self.values.intern(&format!("version {version}"))),
        }
    }

    /// Puts what each key held at the beginning before everything else.
    fn begin(&mut self) {
        let mut by_key: BTreeMap<u32, Vec<linear::Op>> = BTreeMap::new();
        self.operations.iter().for_each(|op| by_key.entry(op.key).or_default().push(*op));
        for (key, operations) in by_key {
            if let Some(value) = initial(&operations).filter(|value| *value != ABSENT) {
                let action = Action::Write(value);
                self.operations.push(linear::Op { key, call: i64::MIN, ret: Some(i64::MIN + 1), action });
                self.ops.push(None);
            }
        }
    }

    /// Whether a value was read of this key that no operation of this run wrote and that it need not have held at the
    /// beginning, and others may write to it.
    fn may_be_others(&self, case: &Case<'_>, key: u32) -> bool {
        if case.exclusive || case.keys == KeyOrigin::Own {
            return false;
        }
        let of_key = || self.operations.iter().filter(|op| op.key == key);
        // What was refused is no value of others.
        let tried = |value: &ValueId| {
            let text = self.values.text(*value);
            case.history
                .ops
                .iter()
                .filter(|op| {
                    case.is_write(op) && op.key.map(|key| case.history.text(key)) == Some(self.key(case, key))
                })
                .any(|op| op.value.is_some_and(|value| case.history.text(value) == text))
        };
        let written: BTreeSet<ValueId> = of_key()
            .filter_map(|op| if let Action::Write(value) = op.action { Some(value) } else { None })
            .collect();
        of_key().any(
            |op| matches!(op.action, Action::Read(value) if value != ABSENT && !written.contains(&value) && !tried(&value)),
        )
    }

    fn key<'c>(&self, case: &Case<'c>, number: u32) -> &'c str {
        let key = self.keys.iter().find(|(_, it)| **it == number);
        key.map_or("?", |(text, _)| case.history.text(*text))
    }

    fn show(&self, case: &Case<'_>, failure: &Failure, evidence: &mut Evidence) {
        let op = |place: &usize| self.ops[*place];
        let line = || {
            let possible: Vec<String> = failure.possible.iter().map(|text| format!("`{text}`")).collect();
            let all = if failure.possible_is_all { "" } else { ", among others" };
            let read = match self.operations[failure.culprit].action {
                Action::Read(ABSENT) => "nothing".to_owned(),
                Action::Read(value) => format!("`{}`", self.values.text(value)),
                _ => "something".to_owned(),
            };
            let could = if possible.is_empty() { "something else".to_owned() } else { possible.join(", ") };
            format!(
                "`{}`: a read gave {read}, but could only have found {could}{all}",
                self.key(case, failure.key)
            )
        };
        let around = failure.before.last().into_iter().chain(failure.beside.last());
        let ops = around.chain([&failure.culprit]).filter_map(op);
        evidence.add(case, line, ops);
    }
}

/// What a key held before its first operation, where that can be told: what the first read found if nothing was written
/// until it returned, else the one value that was read and that nobody wrote.
fn initial(operations: &[linear::Op]) -> Option<ValueId> {
    let first_write = operations.iter().filter(|op| !op.action.is_read()).map(|op| op.call).min();
    let reads = || {
        operations.iter().filter_map(|op| match op.action {
            Action::Read(value) => Some((op.ret?, value)),
            _ => None,
        })
    };
    let (ret, value) = reads().min_by_key(|(ret, _)| *ret)?;
    if first_write.is_none_or(|write| ret < write) {
        return Some(value);
    }
    let written: BTreeSet<ValueId> = operations
        .iter()
        .filter_map(|op| if let Action::Write(value) = op.action { Some(value) } else { None })
        .collect();
    let unwritten: BTreeSet<ValueId> =
        reads().map(|(_, value)| value).filter(|value| !written.contains(value)).collect();
    if unwritten.len() == 1 { unwritten.first().copied() } else { None }
}
