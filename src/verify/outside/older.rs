//! Which of two values of a key is certainly the older.
//!
//! A value is older than another if every write of it had returned before any write of the other was invoked. What was
//! there at the beginning is older than all that was written.

use super::{Function, History, Operation, Trouble};
use crate::json::Value;
use std::collections::HashMap;

#[derive(Clone, Copy)]
struct Span {
    /// The first invocation of a write of it.
    first: i64,
    /// The last return of one; never if one is indeterminate.
    last: i64,
}

/// The writes of one key, by value.
pub(super) struct Ages {
    spans: HashMap<String, Span>,
}

/// The value that an operation puts there: that of a write, the second of a cas.
pub(super) fn put<'a>(history: &History, operation: &'a Operation) -> Result<Option<&'a Value>, Trouble> {
    match operation.function {
        Function::Write => Ok(Some(operation.written())),
        Function::Cas => match operation.written().as_array().map(Vec::as_slice) {
            Some([_, new]) => Ok(Some(new)),
            _ => Err(history.trouble(
                operation,
                "a cas without a pair of values",
                "the value of a cas is [old, new]",
            )),
        },
        _ => Ok(None),
    }
}

impl Ages {
    /// From the operations of one key that may have taken effect.
    pub fn of(history: &History, operations: &[&Operation], initial: &Value) -> Result<Ages, Trouble> {
        let mut spans = HashMap::from([(initial.to_string(), Span { first: i64::MIN, last: i64::MIN })]);
        for operation in operations {
            let Some(value) = put(history, operation)? else { continue };
            let (call, ret) = (operation.call.place, operation.ok_at().unwrap_or(i64::MAX));
            let span = spans.entry(value.to_string()).or_insert(Span { first: call, last: ret });
            span.first = span.first.min(call);
            span.last = span.last.max(ret);
        }
        Ok(Ages { spans })
    }

    /// Whether anybody wrote it, or it was there at the beginning.
    pub fn is_known(&self, value: &Value) -> bool {
        self.spans.contains_key(&value.to_string())
    }

    /// Whether every write of the value had returned before this moment.
    pub fn is_before(&self, value: &Value, moment: i64) -> bool {
        self.spans.get(&value.to_string()).is_some_and(|span| span.last < moment)
    }

    /// Whether one value is certainly older than the other.
    pub fn is_older(&self, value: &Value, than: &Value) -> bool {
        self.spans.get(&than.to_string()).is_some_and(|than| self.is_before(value, than.first))
    }
}

/// The operations of one key that may have taken effect.
pub(super) fn of_key<'a>(history: &'a History, places: &[usize]) -> Vec<&'a Operation> {
    places.iter().map(|place| &history.operations[*place]).collect()
}
