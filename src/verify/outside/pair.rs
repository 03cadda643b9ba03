//! Beginnings and ends put together.

use super::entry::{Entry, Kind};
use super::history::{History, Names, Operation, Spent, shown};
use super::trouble::{Place, Trouble, short};
use crate::event::Outcome;
use crate::json::Value;
use std::collections::HashMap;

#[derive(Default)]
struct Pairing {
    name: String,
    operations: Vec<Operation>,
    processes: Names,
    keys: Names,
    /// The operation that each process has begun and not ended.
    open: HashMap<u32, usize>,
    /// Processes whose last operation is indeterminate.
    crashed: HashMap<u32, ()>,
    went_on: u64,
    stray: u64,
}

/// The operations of a history. One that never ends is indeterminate.
pub(super) fn pair(name: &str, entries: Vec<Entry>) -> Result<History, Trouble> {
    let mut pairing = Pairing { name: name.to_owned(), ..Pairing::default() };
    let mut nemesis = 0;
    for (place, entry) in entries.into_iter().enumerate() {
        match entry.process.clone() {
            None => nemesis += 1,
            Some(process) => {
                let process = pairing.processes.number(shown(&process));
                pairing.take(place as i64, process, entry)?;
            }
        }
    }
    Ok(History {
        name: pairing.name,
        operations: pairing.operations,
        processes: pairing.processes.names,
        keys: pairing.keys.names,
        nemesis,
        went_on: pairing.went_on,
        stray: pairing.stray,
        ..History::default()
    })
}

impl Pairing {
    fn take(&mut self, place: i64, process: u32, entry: Entry) -> Result<(), Trouble> {
        let at = Spent { place, line: entry.line, time: entry.time };
        if entry.kind == Kind::Invoke { self.begin(at, process, entry) } else { self.end(at, process, entry) }
    }

    fn begin(&mut self, call: Spent, process: u32, entry: Entry) -> Result<(), Trouble> {
        if let Some(open) = self.open.get(&process) {
            let before = self.operations[*open].call.line;
            return Err(self.wrong(
                &entry,
                format!(
                    "process {} begins again, though its operation of line {before} has not ended",
                    self.process(process)
                ),
                "end that with ok, fail or info first; concurrent operations need processes of their own",
            ));
        }
        self.went_on += u64::from(self.crashed.remove(&process).is_some());
        let key = self.keys.number(entry.key.as_ref().map_or(String::new(), shown));
        self.open.insert(process, self.operations.len());
        self.operations.push(Operation {
            process,
            function: entry.function,
            key,
            argument: entry.value,
            result: Value::Null,
            outcome: Outcome::Indeterminate,
            call,
            end: None,
        });
        Ok(())
    }

    fn end(&mut self, end: Spent, process: u32, entry: Entry) -> Result<(), Trouble> {
        let Some(open) = self.open.remove(&process) else {
            // Jepsen lets clients log what they like as an info.
            if entry.kind == Kind::Info {
                self.stray += 1;
                return Ok(());
            }
            return Err(self.wrong(
                &entry,
                format!(
                    "process {} has no operation that this `{}` could end",
                    self.process(process),
                    entry.kind.name()
                ),
                "each ok, fail and info follows an invoke of the same process; is a line missing or doubled?",
            ));
        };
        let line = self.operations[open].call.line;
        if self.operations[open].function != entry.function {
            let began = self.operations[open].function.clone();
            return Err(self.wrong(
                &entry,
                format!(
                    "process {} ends a `{}`, but began a `{began}` in line {line}",
                    self.process(process),
                    entry.function
                ),
                "an operation ends with the f that it began with",
            ));
        }
        if let Some(key) = entry.key.as_ref().map(shown) {
            let began = &self.keys.names[self.operations[open].key as usize];
            if *began != key {
                let what = format!(
                    "the operation ends on key `{}`, but began on `{}` in line {line}",
                    short(&key),
                    short(began)
                );
                return Err(self.wrong(&entry, what, "an operation ends on the key that it began on"));
            }
        }
        let operation = &mut self.operations[open];
        operation.end = Some(end);
        operation.outcome = match entry.kind {
            Kind::Ok => Outcome::Ok,
            Kind::Fail => Outcome::Fail,
            Kind::Info | Kind::Invoke => Outcome::Indeterminate,
        };
        if entry.kind == Kind::Ok {
            operation.result = entry.value;
        } else if entry.kind == Kind::Info {
            self.crashed.insert(process, ());
        }
        Ok(())
    }

    fn process(&self, number: u32) -> String {
        short(&self.processes.names[number as usize])
    }

    fn wrong(&self, entry: &Entry, what: impl Into<String>, help: &str) -> Trouble {
        Place { line: entry.line, column: None }.trouble(&self.name, what, help)
    }
}
