//! `monotonic-reads`: no client reads something older than it read before.
//!
//! Values that are written are ordered by their writes; lists and texts that only grow by what they hold; numbers that only
//! grow by their size.

use super::older::Ages;
use super::sessions::{Found, Words, judge};
use super::{Checker, Function, History, Judgement, Operation, Options, Trouble, describe};
use crate::json::{Number, Value};
use std::collections::HashMap;

/// The checker.
pub struct MonotonicReads;

impl Checker for MonotonicReads {
    fn name(&self) -> &'static str {
        "monotonic-reads"
    }

    fn knows(&self) -> &'static [Function] {
        &[Function::Read, Function::Write, Function::Cas, Function::Add, Function::Append]
    }

    fn judge(&self, history: &History, options: &Options<'_>) -> Result<Judgement, Trouble> {
        let words = Words {
            none: "no client read a key twice with values that can be compared.",
            after: "after an earlier one",
            wrong: "gave something older than an earlier one",
        };
        judge(self.name(), history, options, &words, |operations, ages| {
            Ok(compare(history, operations, ages))
        })
    }
}

/// Holds each read of a key against the client's read before it.
fn compare(history: &History, operations: &[&Operation], ages: &Ages) -> Found {
    let is_put = |operation: &&Operation| matches!(operation.function, Function::Write | Function::Cas);
    let written = operations.iter().any(is_put);
    let falls = operations.iter().any(|operation| takes_away(operation));
    let is_read = |operation: &&&Operation| operation.function == Function::Read && operation.is_ok();
    let mut before: HashMap<u32, &Operation> = HashMap::new();
    let mut found = Found::default();
    for read in operations.iter().filter(is_read) {
        let Some(earlier) = before.insert(read.process, read) else { continue };
        let backwards = if written {
            Some(ages.is_older(&read.result, &earlier.result))
        } else {
            shrank(&earlier.result, &read.result, falls)
        };
        found.judged += u64::from(backwards.is_some());
        if backwards == Some(true) {
            let told = |operation| describe::operation(history, operation);
            found.older.push(format!("{}, older than {}", told(*read), told(earlier)));
        }
    }
    found
}

fn takes_away(operation: &Operation) -> bool {
    operation.function == Function::Add
        && operation.written().as_number().is_some_and(|number| *number < Number::from(0))
}

/// Whether something that only grows is smaller than before; nothing if that cannot be said.
fn shrank(earlier: &Value, later: &Value, falls: bool) -> Option<bool> {
    match (earlier, later) {
        (Value::Null, _) => Some(false),
        (_, Value::Null) => Some(!falls),
        (Value::Array(earlier), Value::Array(later)) => {
            let later: std::collections::HashSet<String> = later.iter().map(Value::to_string).collect();
            Some(earlier.iter().any(|element| !later.contains(&element.to_string())))
        }
        (Value::String(earlier), Value::String(later)) => Some(!later.starts_with(earlier.as_str())),
        (Value::Number(earlier), Value::Number(later)) if !falls => Some(later < earlier),
        _ => None,
    }
}
