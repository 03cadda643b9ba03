//! A history as operations.

use super::Function;
use super::trouble::{Place, Trouble};
use crate::event::Outcome;
use crate::json::Value;
use std::collections::HashMap;

/// When an operation began or ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spent {
    /// Its place in the order of all events: the truth of real time.
    pub place: i64,
    /// The line in the file.
    pub line: u32,
    /// The time in nanoseconds, where the file has one.
    pub time: Option<i64>,
}

/// One operation of a client.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// The client; its place in [`History::processes`].
    pub process: u32,
    /// What it was to do.
    pub function: Function,
    /// On which key; its place in [`History::keys`].
    pub key: u32,
    /// The value that it was invoked with.
    pub argument: Value,
    /// The value that it ended well with; null otherwise.
    pub result: Value,
    /// Whether it took effect.
    pub outcome: Outcome,
    /// When it was invoked.
    pub call: Spent,
    /// When it ended; absent if that is not known: then, or if it is indeterminate, it may take effect at any later time.
    pub end: Option<Spent>,
}

impl Operation {
    /// When it returned, if it took effect for certain.
    pub fn ok_at(&self) -> Option<i64> {
        self.end.filter(|_| self.outcome == Outcome::Ok).map(|end| end.place)
    }

    /// Whether it took effect for certain.
    pub fn is_ok(&self) -> bool {
        self.outcome == Outcome::Ok
    }

    /// Whether it may have taken effect.
    pub fn may_have_happened(&self) -> bool {
        self.outcome != Outcome::Fail
    }

    /// What it wrote, added or moved: the value that it was invoked with, or the one that it ended with.
    pub fn written(&self) -> &Value {
        if self.argument.is_null() { &self.result } else { &self.argument }
    }
}

/// A history.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// The file.
    pub name: String,
    /// The operations, in the order of their invocations.
    pub operations: Vec<Operation>,
    /// The clients' names.
    pub processes: Vec<String>,
    /// The keys' names; that of a history without keys is empty.
    pub keys: Vec<String>,
    /// Lines of the nemesis, which is no client.
    pub nemesis: u64,
    /// Times that a client went on after an operation of its that is indeterminate.
    pub went_on: u64,
    /// Infos of clients that had no operation under way.
    pub stray: u64,
    /// Lines of a log that are no operations.
    pub other_lines: u64,
    /// Whether each value was taken as a pair of key and value, though nobody said so.
    pub keys_found_in_values: bool,
}

impl History {
    /// A message about the invocation of an operation.
    pub fn trouble(
        &self,
        operation: &Operation,
        what: impl Into<String>,
        help: impl Into<String>,
    ) -> Trouble {
        Place { line: operation.call.line, column: None }.trouble(&self.name, what, help)
    }

    /// A message about the end of an operation.
    pub fn trouble_at_end(
        &self,
        operation: &Operation,
        what: impl Into<String>,
        help: impl Into<String>,
    ) -> Trouble {
        let line = operation.end.unwrap_or(operation.call).line;
        Place { line, column: None }.trouble(&self.name, what, help)
    }

    /// The operations by key, each with its place; keys in the order in which they appear.
    pub fn all_by_key(&self) -> Vec<(u32, Vec<usize>)> {
        let mut places: Vec<(u32, Vec<usize>)> =
            (0..self.keys.len() as u32).map(|key| (key, Vec::new())).collect();
        for (place, operation) in self.operations.iter().enumerate() {
            places[operation.key as usize].1.push(place);
        }
        places
    }

    /// The same with only the operations that may have taken effect.
    pub fn by_key(&self) -> Vec<(u32, Vec<usize>)> {
        let mut places = self.all_by_key();
        places.iter_mut().for_each(|(_, of)| of.retain(|place| self.operations[*place].may_have_happened()));
        places.retain(|(_, places)| !places.is_empty());
        places
    }
}

/// Numbers names in the order in which they come.
#[derive(Debug, Default)]
pub(super) struct Names {
    numbers: HashMap<String, u32>,
    pub names: Vec<String>,
}

impl Names {
    /// The number of a name.
    pub fn number(&mut self, name: String) -> u32 {
        let fresh = self.names.len() as u32;
        *self.numbers.entry(name).or_insert_with_key(|name| {
            self.names.push(name.clone());
            fresh
        })
    }
}

/// A key or a process as it is shown: a text without quotation marks.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
