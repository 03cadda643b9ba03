//! A JSONPath gives this value. Numbers are compared by value, exactly: 1 and 1.0 are the same.

use super::{Reply, found};
use crate::flow::compile::Names;
use crate::flow::reason::Reason;
use crate::flow::state::Context;
use crate::flow::text::Text;
use crate::json::Paths;
use crate::json::Value as Json;

/// A JSONPath and the value that it must give.
#[derive(Debug)]
pub(in crate::flow) struct JsonIs {
    path: String,
    number: usize,
    expected: Expected,
}

#[derive(Debug)]
enum Expected {
    Constant(Json),
    Text(Text),
}

impl JsonIs {
    /// The check for this path; texts in the expected value may hold `${…}`.
    pub(in crate::flow) fn compile(
        path: &str,
        expected: &Json,
        paths: &mut Paths,
        names: &mut Names<'_>,
    ) -> Result<JsonIs, String> {
        let text = names.json(expected)?;
        let expected = match text.constant().map(|text| Json::parse(text.as_bytes())) {
            Some(Ok(constant)) => Expected::Constant(constant),
            _ => Expected::Text(text),
        };
        Ok(JsonIs { path: path.to_owned(), number: paths.add(path)?, expected })
    }

    /// Makes the check. The error says what was expected and what came.
    pub(super) fn check(&self, reply: Reply<'_>, cx: &mut Context<'_>) -> Result<(), Reason> {
        let check = || format!("json {}", self.path);
        let rendered;
        let expected = match &self.expected {
            Expected::Constant(constant) => constant,
            Expected::Text(text) => {
                let text = text.rendered(cx).map_err(|unset| Reason::new(check(), "a value", &unset))?;
                rendered = Json::parse(text.as_bytes()).map_err(|error| {
                    Reason::new(check(), &text, &format!("no JSON to compare with: {error}"))
                })?;
                &rendered
            }
        };
        match cx.state.found.get(self.number) {
            Some(Some(actual)) if expected == actual => Ok(()),
            _ => Err(Reason::new(check(), &expected.to_string(), &found(self.number, reply, cx))),
        }
    }
}
