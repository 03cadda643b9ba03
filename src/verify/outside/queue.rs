//! `queue`: whatever was acknowledged as put in comes out, once; nothing comes out that nobody put in.
//!
//! Jepsen's total-queue lets a history that was never drained fail, and one in which something came out twice pass. Here
//! what may still be in the queue is Unknown, and twice is a failure.

use super::judgement::count;
use super::{Checker, Function, History, Judgement, Operation, Options, Trouble, describe};
use crate::event::Outcome;
use crate::json::Value;
use crate::verify::Verdict;
use std::collections::HashMap;

/// The checker.
pub struct Queue;

/// What is known of one element of one queue.
#[derive(Default)]
struct Element {
    /// Times that it may have been put in.
    tried: u64,
    /// Times that it was acknowledged as put in.
    put: u64,
    /// When the last of these was acknowledged.
    acknowledged: i64,
    /// When it was first put in.
    begun: i64,
    /// Times that it came out.
    out: u64,
    /// When it first came out.
    came: i64,
}

#[derive(Default)]
struct Found {
    lost: Vec<String>,
    /// Not seen again, but it may still be there or have gone to a consumer that never said so.
    missing: Vec<String>,
    phantom: Vec<String>,
    doubled: Vec<String>,
    acknowledged: u64,
}

impl Checker for Queue {
    fn name(&self) -> &'static str {
        "queue"
    }

    fn knows(&self) -> &'static [Function] {
        &[Function::Enqueue, Function::Dequeue, Function::Drain]
    }

    fn judge(&self, history: &History, _options: &Options<'_>) -> Result<Judgement, Trouble> {
        let mut judgement = Judgement::of(self.name(), history);
        let mut sums = [0; 4];
        let mut acknowledged = 0;
        for (key, places) in history.all_by_key() {
            let operations: Vec<&Operation> =
                places.iter().map(|place| &history.operations[*place]).collect();
            let found = judge(history, &operations)?;
            acknowledged += found.acknowledged;
            let named = [
                ("lost", &found.lost),
                ("came out but nobody put it in", &found.phantom),
                ("came out more often than it was put in", &found.doubled),
                ("not seen again", &found.missing),
            ];
            if named[..3].iter().any(|(_, elements)| !elements.is_empty()) {
                judgement.wrong_key(&history.keys[key as usize]);
            } else if !found.missing.is_empty() {
                judgement.undecided_key(&history.keys[key as usize]);
            }
            for (place, (name, elements)) in
                named.iter().enumerate().filter(|(_, (_, list))| !list.is_empty())
            {
                sums[place] += elements.len() as u64;
                judgement.show(format!(
                    "{}{name}: {}",
                    describe::key(history, key),
                    describe::list(elements)
                ));
                for line in story(history, &operations, elements) {
                    judgement.show(line);
                }
            }
        }
        let [lost, phantom, doubled, missing] = sums;
        let (verdict, reason) = if lost + phantom + doubled > 0 {
            (
                Verdict::Fail,
                format!("{lost} lost, {phantom} that nobody put in, {doubled} more often than put in."),
            )
        } else if missing > 0 {
            let missing = count(missing, "element");
            let reason = format!(
                "{missing} not seen again, but may still be in the queue or with a consumer that never said so: drain the queue at the end."
            );
            (Verdict::Unknown, reason)
        } else if acknowledged == 0 {
            (Verdict::Unknown, "nothing was acknowledged as put in: nothing could be lost.".to_owned())
        } else {
            (Verdict::Pass, format!("{} put in, each came out once.", count(acknowledged, "element")))
        };
        Ok(judgement.say(verdict, reason))
    }
}

fn judge(history: &History, operations: &[&Operation]) -> Result<Found, Trouble> {
    let elements = elements(history, operations)?;
    let mut found = Found::default();
    let last_put = operations
        .iter()
        .filter(|operation| operation.function == Function::Enqueue)
        .filter_map(|operation| operation.ok_at())
        .max();
    let drained =
        operations.iter().any(|operation| Some(operation.call.place) > last_put && is_drain(operation));
    let mut silent = operations
        .iter()
        .filter(|operation| takes(operation) && operation.may_have_happened() && !operation.is_ok())
        .count();
    // The youngest element that came out: in a queue that keeps its order, all that were put in before it had their turn.
    let youngest = elements.iter().filter(|(_, it)| it.out > 0 && it.tried > 0).map(|(_, it)| it.begun).max();
    for (name, it) in &elements {
        found.acknowledged += it.put;
        if it.out > 0 && (it.tried == 0 || it.came < it.begun) {
            found.phantom.push(name.clone());
        } else if it.out > it.tried {
            found.doubled.push(name.clone());
        } else if it.out < it.put {
            let overtaken = it.out == 0 && Some(it.acknowledged) < youngest;
            if !drained && !overtaken {
                found.missing.push(name.clone());
            } else if silent > 0 {
                silent -= 1;
                found.missing.push(name.clone());
            } else {
                found.lost.push(name.clone());
            }
        }
    }
    Ok(found)
}

/// What was done with the first of these elements.
fn story(history: &History, operations: &[&Operation], elements: &[String]) -> Vec<String> {
    const TOLD: usize = 4;
    let Some(first) = elements.first() else { return Vec::new() };
    let is = |value: &Value| *first == value.to_string().as_str();
    let about = operations.iter().filter(|operation| match (&operation.function, &operation.result) {
        (Function::Enqueue, _) => is(operation.written()),
        (Function::Drain, Value::Array(list)) => list.iter().any(is),
        (_, result) => operation.is_ok() && is(result),
    });
    about.take(TOLD).map(|operation| format!("  {}", describe::operation(history, operation))).collect()
}

fn takes(operation: &Operation) -> bool {
    matches!(operation.function, Function::Dequeue | Function::Drain)
}

/// Whether it shows that the queue was empty: a drain that ended well, or a dequeue that found nothing.
fn is_drain(operation: &Operation) -> bool {
    let ended = operation.end.is_some();
    match operation.function {
        Function::Drain => operation.is_ok(),
        Function::Dequeue => {
            ended && operation.outcome != Outcome::Indeterminate && operation.result.is_null()
        }
        _ => false,
    }
}

/// By name, in the order in which they appear.
fn elements(history: &History, operations: &[&Operation]) -> Result<Vec<(String, Element)>, Trouble> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut elements: Vec<(String, Element)> = Vec::new();
    let mut element = |value: &Value| {
        let name = value.to_string();
        *places.entry(name.clone()).or_insert_with(|| {
            elements.push((name, Element { begun: i64::MAX, came: i64::MAX, ..Element::default() }));
            elements.len() - 1
        })
    };
    let mut puts = Vec::new();
    let mut outs = Vec::new();
    for operation in operations {
        if operation.function == Function::Enqueue && operation.may_have_happened() {
            puts.push((element(operation.written()), *operation));
        }
        let Some(ok) = operation.ok_at().filter(|_| takes(operation)) else { continue };
        match (&operation.function, &operation.result) {
            (_, Value::Null) => {}
            (Function::Drain, Value::Array(list)) => {
                list.iter().for_each(|value| outs.push((element(value), ok)))
            }
            (Function::Drain, other) => {
                let what = format!("a drain gave {}", super::trouble::short(&other.to_string()));
                return Err(history.trouble_at_end(
                    operation,
                    what,
                    "it has to give a list of what came out",
                ));
            }
            (_, value) => outs.push((element(value), ok)),
        }
    }
    for (place, put) in puts {
        let it = &mut elements[place].1;
        it.tried += 1;
        it.begun = it.begun.min(put.call.place);
        if let Some(ok) = put.ok_at() {
            it.put += 1;
            it.acknowledged = it.acknowledged.max(ok);
        }
    }
    for (place, at) in outs {
        let it = &mut elements[place].1;
        it.out += 1;
        it.came = it.came.min(at);
    }
    Ok(elements)
}
