//! Why something was not good, in words: what was checked, what was expected, what came.

use crate::http::Response;
use std::fmt;

/// The longest expected or actual value that a message shows, in characters.
const LONGEST: usize = 200;

/// What was expected and what came.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reason {
    /// What was looked at: `status`, `json $.id`.
    pub(super) check: String,
    /// What was expected, in words.
    pub(super) expected: String,
    /// What came, in words.
    pub(super) actual: String,
}

impl Reason {
    /// A reason; the values are cut to what a message can show.
    pub(super) fn new(check: impl Into<String>, expected: &str, actual: &str) -> Reason {
        Reason { check: check.into(), expected: bounded(expected), actual: bounded(actual) }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: expected {}, got {}", self.check, self.expected, self.actual)
    }
}

/// The beginning of a text, at most 200 characters.
pub(super) fn bounded(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A reply's body, for a message: what cannot be decoded is named.
pub(super) fn body_of(response: &Response) -> String {
    match &response.undecoded {
        Some(why) => format!("a body of {} bytes that cannot be read: {why}", response.body.len()),
        None => body(&response.body),
    }
}

/// The beginning of a body, for a message.
pub(super) fn body(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return "an empty body".into();
    }
    // A character has at most four bytes.
    let start = &bytes[..bytes.len().min(4 * LONGEST + 4)];
    format!("`{}`", bounded(&String::from_utf8_lossy(start)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_are_cut_between_characters() {
        let reason = Reason::new("status", &"ü".repeat(500), "503");
        assert_eq!(reason.expected.chars().count(), LONGEST + 1);
        assert!(reason.to_string().starts_with("status: expected üü"));
        assert!(reason.to_string().ends_with("…, got 503"));
        assert!(body(&[0xff; 5_000]).chars().count() <= LONGEST + 3);
    }
}
