//! What a JSONPath gives matches this regular expression.

use super::{Reply, found};
use crate::flow::reason::Reason;
use crate::flow::state::Context;
use crate::json::Paths;
use crate::json::Value as Json;
use regex::Regex;

/// A JSONPath and the regular expression that (the text of) its value must match.
#[derive(Debug)]
pub(in crate::flow) struct Matches {
    path: String,
    number: usize,
    pattern: Regex,
}

impl Matches {
    /// The check for this path.
    pub(in crate::flow) fn compile(path: &str, pattern: &str, paths: &mut Paths) -> Result<Matches, String> {
        let pattern = Regex::new(pattern)
            .map_err(|error| format!("`{pattern}` is not a regular expression: {error}"))?;
        Ok(Matches { path: path.to_owned(), number: paths.add(path)?, pattern })
    }

    /// Makes the check. The error says what was expected and what came.
    pub(super) fn check(&self, reply: Reply<'_>, cx: &mut Context<'_>) -> Result<(), Reason> {
        let good = match cx.state.found.get(self.number) {
            Some(Some(Json::String(text))) => self.pattern.is_match(text),
            Some(Some(other)) => self.pattern.is_match(&other.to_string()),
            _ => false,
        };
        if good {
            return Ok(());
        }
        let expected = format!("what matches `{}`", self.pattern.as_str());
        Err(Reason::new(format!("json {}", self.path), &expected, &found(self.number, reply, cx)))
    }
}
