//! Reading: the two forms, what is refused and in which words, and that nothing makes it panic.

mod forms;
mod honest;
mod nonsense;
mod numbers;
mod wrong;

use super::{Form, History, Trouble, read};

/// Reads a text.
fn reads(text: &str) -> Result<History, Trouble> {
    read("h.jsonl", text.as_bytes(), Form::default())
}

/// Reads a text in which every value is a pair of key and value.
fn reads_keyed(text: &str) -> Result<History, Trouble> {
    read("h.jsonl", text.as_bytes(), Form { key_in_value: true })
}
