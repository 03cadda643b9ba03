//! JSONPath (RFC 9535): parsed once, asked often. Numbers are compared exactly.

mod evaluate;
mod expression;
mod filter;
mod function;
mod lexer;
mod parse;

use super::Value;
use evaluate::select;
use expression::Segment;
use lexer::Lexer;
use std::fmt;

/// A JSONPath.
#[derive(Clone, Debug)]
pub struct JsonPath {
    text: Box<str>,
    segments: Vec<Segment>,
}

/// Why a text is not a JSONPath.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathError {
    /// What is wrong.
    pub what: String,
    /// At which character, from 1.
    pub column: usize,
}

impl JsonPath {
    /// Reads a JSONPath.
    ///
    /// # Errors
    /// If it is none by RFC 9535; with the place.
    pub fn parse(text: &str) -> Result<JsonPath, PathError> {
        let mut lexer = Lexer::new(text);
        lexer.want("$", "a path begins with `$`")?;
        let segments = parse::segments(&mut lexer)?;
        lexer.end()?;
        Ok(JsonPath { text: text.into(), segments })
    }

    /// What the path selects, in its order.
    pub fn query<'a>(&self, value: &'a Value) -> Vec<&'a Value> {
        select(&self.segments, value, value)
    }
}

impl fmt::Display for JsonPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, at character {}", self.what, self.column)
    }
}

impl std::error::Error for PathError {}
