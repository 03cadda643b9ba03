//! Histories from outside, in the form that Jepsen made common, and what is found of them.
//!
//! A history is JSON, EDN or a Jepsen log; `docs/histories.md` tells the form. It is read into operations, and a checker judges
//! them. Nothing here reads a file: bytes come in, a judgement or a message goes out.

mod bank;
mod checker;
mod counter;
mod describe;
mod edn;
mod entry;
mod function;
mod history;
mod json;
mod judgement;
mod linearizable;
mod log;
mod monotonic;
mod older;
mod own_writes;
mod pair;
mod queue;
mod sessions;
mod set;
mod trouble;
mod tuples;
mod unique;

#[cfg(test)]
mod tests;

pub use checker::{CHECKERS, Checker, Options};
pub use function::Function;
pub use history::{History, Operation, Spent};
pub use judgement::{Ignored, Judgement, Keys};
pub use trouble::Trouble;

/// How a history is to be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Form {
    /// Every value is a pair of key and value, as Jepsen's `independent` has it.
    pub key_in_value: bool,
}

/// Reads a history: JSON, EDN or the lines of a Jepsen log, whichever it is. `name` is the file's, for messages.
///
/// # Errors
/// With the place of the first thing in it that makes no sense, and what would.
pub fn read(name: &str, bytes: &[u8], form: Form) -> Result<History, Trouble> {
    let text = std::str::from_utf8(bytes).map_err(|error| not_text(name, bytes, error.valid_up_to()))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (lines, other_lines) = if log::looks_like(text) {
        log::entries(name, text)?
    } else if edn::looks_like(text) {
        (edn::entries(name, text)?, 0)
    } else {
        (json::entries(name, text)?, 0)
    };
    let found_in_values = !form.key_in_value && tuples::in_every_value(&lines);
    let form = Form { key_in_value: form.key_in_value || found_in_values };
    let mut entries = Vec::with_capacity(lines.len());
    for (place, value) in lines {
        entries.push(entry::Entry::of(value, form).map_err(|(what, help)| place.trouble(name, what, help))?);
        let last = entries.len() - 1;
        entries[last].line = place.line;
    }
    let history = pair::pair(name, entries)?;
    Ok(History { other_lines, keys_found_in_values: found_in_values, ..history })
}

fn not_text(name: &str, bytes: &[u8], at: usize) -> Trouble {
    let before = &bytes[..at];
    let line = before.iter().filter(|byte| **byte == b'\n').count() as u32 + 1;
    let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() as u32 + 1;
    trouble::Place { line, column: Some(column) }.trouble(
        name,
        "the history is not UTF-8 text",
        "give JSON lines or EDN, uncompressed",
    )
}
