//! The marked operations as a Jepsen-style history: JSON lines, two for each operation.
//!
//! An effect with a value (or, failing that, a version) is a `write` of it on its key; one without adds its key to the set
//! of its kind: `add`. A read is a `read` of its value on its key; one that was told there is nothing (404, 410) read null,
//! any other that was not good is a `fail`: it changed nothing, and gave nothing.

use super::processes::Processes;
use crate::event::{Nanos, Outcome};
use crate::plan::Plan;
use crate::record::Record;
use crate::report::ReportError;
use crate::verify::history::{History, Op, Role, history};
use serde_json::{Value, json};
use std::io::Write;

/// Writes the history. Gives the number of operations that could not be written, because the record lacks an attempt of
/// them or no reply told their key.
pub(super) fn write(plan: &Plan, record: &Record, out: &mut dyn Write) -> Result<u64, ReportError> {
    let history = history(plan, record, false)?;
    let mut operations: Vec<&Op> = history.ops.iter().filter(|op| op.key.is_some()).collect();
    let left_out = history.incomplete + (history.ops.len() - operations.len()) as u64;
    operations.sort_by_key(|op| (op.invoke, op.done));
    let mut processes = Processes::default();
    let mut lines: Vec<(Nanos, bool, usize, u64)> = Vec::with_capacity(2 * operations.len());
    for (place, op) in operations.iter().enumerate() {
        let open = ended(&history, op) == "info";
        let process = processes.number(op.session, op.invoke.0, op.done.0, open);
        lines.push((op.invoke, false, place, process));
        lines.push((op.done.max(op.invoke), true, place, process));
    }
    // Of equal times beginnings come first: nothing is concluded from them.
    lines.sort_unstable_by_key(|(at, ends, place, _)| (*at, *ends, *place));
    for (at, ends, place, process) in lines {
        let line = line(&history, operations[place], process, at, ends);
        serde_json::to_writer(&mut *out, &line).map_err(std::io::Error::from)?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(left_out)
}

fn is_read(history: &History, op: &Op) -> bool {
    history.is(op, Role::Read, None)
}

/// How the operation ended, in Jepsen's words.
fn ended(history: &History, op: &Op) -> &'static str {
    let found_nothing = op.outcome == Outcome::Fail && matches!(op.status, Some(404 | 410));
    match op.outcome {
        Outcome::Ok | Outcome::Fail if is_read(history, op) && (op.good || found_nothing) => "ok",
        _ if is_read(history, op) => "fail",
        Outcome::Ok => "ok",
        Outcome::Fail => "fail",
        Outcome::Indeterminate => "info",
    }
}

fn line(history: &History, op: &Op, process: u64, at: Nanos, ends: bool) -> Value {
    let step = history.step(op);
    let kind = step.mark.as_ref().map_or("", |(_, kind)| kind.as_str());
    let how = if ends { ended(history, op) } else { "invoke" };
    let key = op.key.map_or("", |key| history.text(key));
    let held = op.value.map(|value| json!(history.text(value))).or(op.version.map(|version| json!(version)));
    let (function, key, value) = match (is_read(history, op), held) {
        (true, held) => {
            ("read", key, held.filter(|_| how == "ok" && op.outcome == Outcome::Ok).unwrap_or(Value::Null))
        }
        (false, _) if step.deletes => ("write", key, Value::Null),
        (false, Some(value)) => ("write", key, value),
        (false, None) => ("add", kind, json!(key)),
    };
    let mut line = json!({
        "process": process, "type": how, "f": function, "key": key, "value": value, "time": at.0, "kind": kind,
    });
    if let (Some(version), true) = (op.version, ends) {
        line["version"] = json!(version);
    }
    if let Some(original) = op.replay_of {
        line["replay_of"] = json!(original);
    }
    line
}
