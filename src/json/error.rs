//! Why a text is not JSON, and where.

use std::fmt;

/// Why a text is not JSON, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    /// What is wrong, without the place.
    pub what: String,
    /// The byte, from 0, a byte order mark included.
    pub byte: usize,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

impl JsonError {
    /// The error at this byte of `text`.
    #[cold]
    pub(super) fn at(text: &[u8], byte: usize, what: impl Into<String>) -> JsonError {
        let before = &text[..byte.min(text.len())];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let in_line = String::from_utf8_lossy(&before[start..]);
        let column = in_line.trim_start_matches('\u{feff}').chars().count() + 1;
        JsonError { what: what.into(), byte, line, column }
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at line {} column {}", self.what, self.line, self.column)
    }
}

impl std::error::Error for JsonError {}
