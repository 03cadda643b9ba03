//! Files and outputs that hold rows: CSV and JSON lines, with the line and column of what is wrong.

mod csv;
mod lines;

pub use csv::{Record, csv};
pub use lines::{Rows, json_lines};

use std::fmt;

/// What is wrong with a text of rows, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowError {
    /// The line, from 1.
    pub line: u64,
    /// The column in characters, from 1; absent where the whole line is meant.
    pub column: Option<u64>,
    /// What is wrong.
    pub what: String,
}

/// `3:7: what is wrong`, to stand behind a file's name and a colon.
impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.column {
            Some(column) => write!(f, "{}:{column}: {}", self.line, self.what),
            None => write!(f, "{}: {}", self.line, self.what),
        }
    }
}

impl std::error::Error for RowError {}
