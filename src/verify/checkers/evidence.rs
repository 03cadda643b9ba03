//! The few lines that show what contradicts what.

use super::Case;
use crate::event::{Nanos, Outcome};
use crate::verify::history::{Op, Text};

/// Examples that are told in full, with the operations behind them; further ones are only counted.
const TOLD: usize = 2;
/// Operations that are shown of one key.
const STORY: usize = 3;

/// Collects what contradicts, and keeps the first few in words: a sentence made only when it is kept.
#[derive(Debug, Default)]
pub struct Evidence {
    lines: Vec<String>,
    found: u64,
}

impl Evidence {
    /// One more contradiction: the line that says it, and the operations behind it.
    pub fn add<'a>(
        &mut self,
        case: &Case<'_>,
        line: impl FnOnce() -> String,
        ops: impl IntoIterator<Item = &'a Op>,
    ) {
        self.found += 1;
        if self.found > TOLD as u64 {
            return;
        }
        self.lines.push(line());
        let mut ops = ops.into_iter();
        self.lines.extend(ops.by_ref().take(STORY).map(|op| told(case, op)));
        let more = ops.count();
        if more > 0 {
            self.lines.push(format!("  and {more} more operations on it"));
        }
    }

    /// The same of a key: behind it are all operations on the key that the invariant follows.
    pub fn add_key(&mut self, case: &Case<'_>, key: Text, line: impl FnOnce() -> String) {
        if self.found >= TOLD as u64 {
            self.found += 1;
            return;
        }
        let mut ops: Vec<&Op> = case
            .history
            .ops
            .iter()
            .filter(|op| op.key == Some(key) && (case.is_write(op) || case.is_read(op)))
            .collect();
        ops.sort_by_key(|op| op.invoke);
        if ops.is_empty() {
            self.add(case, || format!("{} (no operation of ours is on this key)", line()), ops);
        } else {
            self.add(case, line, ops);
        }
    }

    /// How many contradictions there are.
    pub fn found(&self) -> u64 {
        self.found
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.found == 0
    }

    /// The lines.
    pub fn lines(mut self) -> Vec<String> {
        if self.found > TOLD as u64 {
            self.lines.push(format!("and {} more like these", self.found - TOLD as u64));
        }
        self.lines
    }
}

/// One operation in a line: when, what, what came of it, and which faults were in force.
pub fn told(case: &Case<'_>, op: &Op) -> String {
    let history = case.history;
    let mut line = format!(
        "  {}: {} {}",
        stretch(case, op.invoke, op.done),
        history.step(op).name,
        match op.outcome {
            Outcome::Ok => "ok",
            Outcome::Fail => "failed",
            Outcome::Indeterminate => "indeterminate",
        }
    );
    if let Some(status) = op.status {
        line += &format!(" ({status})");
    }
    if op.attempts > 1 {
        line += &format!(" after {} attempts", op.attempts);
    }
    if let Some(value) = op.value {
        line += &format!(", value {}", case.quoted(value));
    }
    if let Some(version) = op.version {
        line += &format!(", version {version}");
    }
    if let Some(instance) = op.instance {
        line += &format!(", by {}", history.instance(instance));
    }
    line += &format!(", session {}", op.session);
    if let Some(original) = op.replay_of {
        line += &format!(", repeats operation {original}");
    }
    line + &during(case, op.invoke, op.done)
}

/// `12.301 s to 12.345 s`, from the start of the load.
pub fn stretch(case: &Case<'_>, from: Nanos, to: Nanos) -> String {
    format!("{:.3} s to {:.3} s", case.history.second(from), case.history.second(to))
}

/// `, during node-dies`, or nothing.
pub fn during(case: &Case<'_>, from: Nanos, to: Nanos) -> String {
    let faults: Vec<&str> = case.history.faults_in(from, to).map(|fault| fault.name.as_str()).collect();
    if faults.is_empty() { String::new() } else { format!(", during {}", faults.join(" and ")) }
}

/// `1 key`, `2 keys`.
pub fn count(number: u64, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}
