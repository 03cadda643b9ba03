//! Values kept of a good reply.

use super::reason::{self, Reason};
use super::state::Context;
use super::value::Value;
use crate::http::Response;
use crate::json::Paths;
use crate::plan::model::{Extract, ExtractRule};
use regex::bytes::Regex;

/// A value that is kept, and where.
#[derive(Debug)]
pub(super) struct Extraction {
    name: String,
    slot: u16,
    from: From,
    optional: bool,
}

#[derive(Debug)]
enum From {
    Json(String, usize),
    Header(String),
    Regex(Box<Regex>),
}

impl Extraction {
    /// Reads one line of a step's `extract`. The error says what would be right.
    pub(super) fn compile(
        name: &str,
        slot: u16,
        extract: &Extract,
        paths: &mut Paths,
    ) -> Result<Extraction, String> {
        let rule = match extract {
            Extract::Path(path) => ExtractRule { json: Some(path.clone()), ..ExtractRule::default() },
            Extract::Rule(rule) => rule.clone(),
        };
        let from = match (rule.json, rule.header, rule.regex) {
            (Some(path), None, None) => {
                let number = paths.add(&path)?;
                From::Json(path, number)
            }
            (None, Some(header), None) => From::Header(header),
            (None, None, Some(pattern)) => {
                let regex = Regex::new(&pattern)
                    .map_err(|error| format!("`{pattern}` is not a regular expression: {error}"))?;
                From::Regex(Box::new(regex))
            }
            _ => {
                return Err(
                    "exactly one of `json`, `header` and `regex` says where the value comes from".into()
                );
            }
        };
        Ok(Extraction { name: name.to_owned(), slot, from, optional: rule.optional })
    }

    /// The slot that it fills.
    pub(super) fn slot(&self) -> u16 {
        self.slot
    }

    /// Keeps the value. The error says what was not there; an optional value is then unset.
    pub(super) fn extract(&self, response: &Response, cx: &mut Context<'_>) -> Result<(), Reason> {
        let value = match &self.from {
            From::Json(_, number) => cx.state.found.get_mut(*number).and_then(Option::take).map(Value::from),
            From::Header(name) => response.headers.get(name).map(|value| Value::Text(value.to_owned())),
            From::Regex(_) if response.undecoded.is_some() => None,
            From::Regex(regex) => regex.captures(&response.body).and_then(|captures| {
                let part = captures.get(1).or_else(|| captures.get(0).filter(|_| captures.len() == 1))?;
                Some(Value::Text(String::from_utf8_lossy(part.as_bytes()).into_owned()))
            }),
        };
        if value.is_none() && !self.optional {
            return Err(self.reason(response, cx));
        }
        cx.state.slots[usize::from(self.slot)] = value;
        Ok(())
    }

    #[cold]
    fn reason(&self, response: &Response, cx: &Context<'_>) -> Reason {
        let check = format!("extract {}", self.name);
        match &self.from {
            From::Json(path, _) => match &cx.state.not_json {
                Some(error) => {
                    let actual = format!("a body that is not JSON ({error}): {}", reason::body_of(response));
                    Reason::new(check, &format!("a value at {path}"), &actual)
                }
                None => Reason::new(check, &format!("a value at {path}"), &reason::body_of(response)),
            },
            From::Header(name) => Reason::new(check, &format!("a header {name}"), "no such header"),
            From::Regex(regex) => {
                let expected = format!("what matches `{}`", regex.as_str());
                Reason::new(check, &expected, &reason::body_of(response))
            }
        }
    }
}
