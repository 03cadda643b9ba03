//! Operations as a reader wants them.

use super::trouble::short;
use super::{Function, History, Operation, Spent};
use crate::event::Outcome;
use crate::json::Value;

/// One operation in one line: `lines 5-6, process 0: read gave 1`.
pub(super) fn operation(history: &History, operation: &Operation) -> String {
    let process = short(&history.processes[operation.process as usize]);
    let what = what(operation);
    let open = match operation.outcome {
        Outcome::Ok => "",
        Outcome::Fail => ", failed",
        Outcome::Indeterminate => ", indeterminate",
    };
    format!("{}, process {process}: {what}{open}{}", lines(operation), times(operation))
}

fn what(operation: &Operation) -> String {
    let value = |value: &Value| short(&value.to_string());
    match (&operation.function, operation.written()) {
        (Function::Read | Function::Dequeue | Function::Drain | Function::Generate, _) => {
            format!("{} gave {}", operation.function, value(&operation.result))
        }
        (Function::Cas, Value::Array(ends)) if ends.len() == 2 => {
            format!("cas from {} to {}", value(&ends[0]), value(&ends[1]))
        }
        (function, written) => format!("{function} {}", value(written)),
    }
}

fn lines(operation: &Operation) -> String {
    match operation.end {
        Some(end) => format!("lines {}-{}", operation.call.line, end.line),
        None => format!("line {}", operation.call.line),
    }
}

fn times(operation: &Operation) -> String {
    let seconds = |at: Spent| at.time.map(|nanos| format!("{:.6} s", nanos as f64 / 1e9));
    match (seconds(operation.call), operation.end.and_then(seconds)) {
        (Some(from), Some(to)) => format!(" ({from} to {to})"),
        (Some(from), None) => format!(" (from {from})"),
        (None, _) => String::new(),
    }
}

/// `key x: `, or nothing in a history without keys.
pub(super) fn key(history: &History, key: u32) -> String {
    match history.keys[key as usize].as_str() {
        "" => String::new(),
        name => format!("key {}: ", short(name)),
    }
}

/// A few values in one line.
pub(super) fn list(values: &[String]) -> String {
    const FEW: usize = 8;
    let few: Vec<String> = values.iter().take(FEW).map(|value| short(value)).collect();
    let more = values.len().saturating_sub(FEW);
    if more == 0 { few.join(", ") } else { format!("{} and {more} more", few.join(", ")) }
}
