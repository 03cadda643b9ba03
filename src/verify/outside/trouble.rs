//! What is wrong with a history: where, what, and what would be right.

use std::fmt;

/// A message about a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// The file.
    pub file: String,
    /// The line, from 1; absent if it is about the whole.
    pub line: Option<u32>,
    /// The column in characters, from 1, where it is known.
    pub column: Option<u32>,
    /// What is wrong.
    pub what: String,
    /// What would be right.
    pub help: String,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        for number in [self.line, self.column].into_iter().flatten() {
            write!(f, ":{number}")?;
        }
        write!(f, ": error: {}\n  help: {}", self.what, self.help)
    }
}

impl std::error::Error for Trouble {}

/// A place in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub line: u32,
    pub column: Option<u32>,
}

impl Place {
    /// The message about it.
    pub fn trouble(self, file: &str, what: impl Into<String>, help: impl Into<String>) -> Trouble {
        Trouble {
            file: file.to_owned(),
            line: Some(self.line),
            column: self.column,
            what: what.into(),
            help: help.into(),
        }
    }
}

/// A text of the user's, short enough for a message.
pub(super) fn short(text: &str) -> String {
    const LONGEST: usize = 60;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let head: String = text.chars().take(LONGEST).collect();
    format!("{head}…")
}
