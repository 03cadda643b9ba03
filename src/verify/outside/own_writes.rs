//! `read-your-writes`: what a client reads is never older than what it wrote itself.

use super::older::{Ages, put};
use super::sessions::{Found, Words, judge};
use super::{Checker, Function, History, Judgement, Operation, Options, Trouble, describe};
use crate::json::Value;
use std::collections::HashMap;

/// The checker.
pub struct ReadYourWrites;

/// What a client did to a key so far, acknowledged.
#[derive(Default)]
struct Own<'a> {
    write: Option<&'a Operation>,
    added: Vec<&'a Operation>,
}

impl Checker for ReadYourWrites {
    fn name(&self) -> &'static str {
        "read-your-writes"
    }

    fn knows(&self) -> &'static [Function] {
        &[Function::Read, Function::Write, Function::Cas, Function::Add, Function::Append]
    }

    fn judge(&self, history: &History, options: &Options<'_>) -> Result<Judgement, Trouble> {
        let words = Words {
            none: "no client read a key that it had written before.",
            after: "after an own write",
            wrong: "after an own write gave something older",
        };
        judge(self.name(), history, options, &words, |operations, ages| compare(history, operations, ages))
    }
}

/// Holds each read of a key against what the client had done to it.
fn compare(history: &History, operations: &[&Operation], ages: &Ages) -> Result<Found, Trouble> {
    let mut own: HashMap<u32, Own> = HashMap::new();
    let mut found = Found::default();
    for operation in operations.iter().filter(|operation| operation.is_ok()) {
        let own = own.entry(operation.process).or_default();
        if operation.function != Function::Read {
            match put(history, operation)? {
                Some(_) => *own = Own { write: Some(operation), added: Vec::new() },
                None => own.added.push(operation),
            }
            continue;
        }
        found.judged += u64::from(own.write.is_some() || !own.added.is_empty());
        if let Some((why, write)) = contradiction(own, operation, ages, operations) {
            let told = |operation| describe::operation(history, operation);
            found.older.push(format!("{}: {why}; after its own {}", told(*operation), told(write)));
        }
    }
    Ok(found)
}

/// Why a read cannot be, and the own operation that it contradicts.
fn contradiction<'a>(
    own: &Own<'a>,
    read: &Operation,
    ages: &Ages,
    operations: &[&Operation],
) -> Option<(&'static str, &'a Operation)> {
    if let (Some(write), true) = (own.write, own.added.is_empty()) {
        if !ages.is_known(&read.result) && !grows(operations) {
            return Some(("nobody wrote that", write));
        }
        return ages.is_before(&read.result, write.call.place).then_some(("older than its own write", write));
    }
    // An element that was added may have been overwritten since by anybody who writes whole values.
    if operations.iter().any(|operation| matches!(operation.function, Function::Write | Function::Cas)) {
        return None;
    }
    own.added
        .iter()
        .find(|added| !holds(&read.result, added.written()))
        .map(|added| ("what it added is missing", *added))
}

fn grows(operations: &[&Operation]) -> bool {
    operations.iter().any(|operation| matches!(operation.function, Function::Add | Function::Append))
}

fn holds(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Array(list), part) => list.contains(part),
        (Value::String(text), Value::String(part)) => text.contains(part.as_str()),
        (Value::Null, _) => false,
        // A number that was added to tells nothing of its parts.
        _ => true,
    }
}
