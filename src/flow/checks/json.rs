//! A JSONPath gives this value.

use super::{Reply, found};
use crate::flow::compile::Names;
use crate::flow::jsonpath::Paths;
use crate::flow::reason::Reason;
use crate::flow::state::Context;
use crate::flow::text::Text;
use serde_json::Value as Json;

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
        let expected = match text.constant().map(serde_json::from_str) {
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
                rendered = serde_json::from_str(&text).map_err(|error| {
                    Reason::new(check(), &text, &format!("no JSON to compare with: {error}"))
                })?;
                &rendered
            }
        };
        match cx.state.found.get(self.number) {
            Some(Some(actual)) if same(expected, actual) => Ok(()),
            _ => Err(Reason::new(check(), &expected.to_string(), &found(self.number, reply, cx))),
        }
    }
}

/// Equal as JSON has it, where 1 and 1.0 are the same number.
fn same(left: &Json, right: &Json) -> bool {
    match (left, right) {
        (Json::Number(l), Json::Number(r)) => {
            l == r || (l.as_f64() == r.as_f64() && (l.is_f64() || r.is_f64()))
        }
        (Json::Array(l), Json::Array(r)) => l.len() == r.len() && l.iter().zip(r).all(|(l, r)| same(l, r)),
        (Json::Object(l), Json::Object(r)) => {
            l.len() == r.len() && l.iter().all(|(key, l)| r.get(key).is_some_and(|r| same(l, r)))
        }
        _ => left == right,
    }
}

#[cfg(test)]
mod tests {
    use super::same;
    use serde_json::json;

    #[test]
    fn numbers_are_the_same_by_value() {
        assert!(same(&json!({"a": [1, 2.0]}), &json!({"a": [1.0, 2]})));
        assert!(!same(&json!(1), &json!("1")));
        assert!(!same(&json!(9_007_199_254_740_993_i64), &json!(9_007_199_254_740_992_i64)));
        assert!(!same(&json!({"a": 1}), &json!({"b": 1})));
        assert!(!same(&json!([1]), &json!([1, 1])));
    }
}
