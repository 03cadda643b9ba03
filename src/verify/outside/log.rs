//! Jepsen's `history.txt`, and the lines of its log: process, type, f and value with tabs between, the last three in EDN.
//!
//! `INFO  jepsen.util - 3⇥:invoke⇥:cas⇥[1 2]` (⇥ is a tab); in `history.txt` nothing stands before the process.

use super::edn;
use super::trouble::{Place, Trouble};
use crate::json::{Map, Value};

/// Whether it is such a text: an invocation stands in one of the first lines.
pub(super) fn looks_like(text: &str) -> bool {
    const FIRST: usize = 1_000;
    let structured = text.trim_start().starts_with(['{', '[', '(']);
    !structured && text.lines().take(FIRST).any(|line| line.contains("\t:invoke\t"))
}

/// The operations, with their places, and how many lines are something else.
pub(super) fn entries(name: &str, text: &str) -> Result<(Vec<(Place, Value)>, u64), Trouble> {
    let mut found = Vec::new();
    let mut others = 0;
    for (number, line) in text.lines().enumerate() {
        let place = Place { line: number as u32 + 1, column: None };
        match fields(line) {
            Some(fields) => found.push((place, entry(name, place, fields)?)),
            None => others += u64::from(!line.trim().is_empty()),
        }
    }
    Ok((found, others))
}

/// Process, type, f and value of a line that has them.
fn fields(line: &str) -> Option<[&str; 4]> {
    let mut parts = line.splitn(5, '\t');
    let process = parts.next()?.split_whitespace().next_back()?;
    let kind = parts.next().filter(|kind| [":invoke", ":ok", ":fail", ":info"].contains(kind))?;
    let function = parts.next().filter(|function| function.starts_with(':'))?;
    Some([process, kind, function, parts.next().unwrap_or("nil")])
}

fn entry(name: &str, place: Place, fields: [&str; 4]) -> Result<Value, Trouble> {
    let mut map = Map::new();
    for (field, text) in ["process", "type", "f", "value"].into_iter().zip(fields) {
        map.insert(field.to_owned(), edn::value(name, place.line, text)?);
    }
    Ok(Value::Object(map))
}
