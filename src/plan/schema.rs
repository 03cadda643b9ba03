//! The JSON Schema of a plan, and the way through it.

use super::Plan;
use serde_json::{Value as Json, json};
use std::sync::LazyLock;

static SCHEMA: LazyLock<Json> = LazyLock::new(|| {
    let mut schema = schemars::schema_for!(Plan);
    schema.insert("title".into(), "shakedown plan".into());
    let mut schema = schema.to_value();
    // A plan that includes others may get the rest from them.
    let required = schema.as_object_mut().and_then(|schema| schema.remove("required"));
    schema["if"] = json!({ "not": { "required": ["include"] } });
    schema["then"] = json!({ "required": required });
    schema
});

/// The JSON Schema (draft 2020-12) of a plan file, for editors. Made from the model and its comments.
pub fn schema() -> Json {
    SCHEMA.clone()
}

/// A place in the schema: what may stand at some path of a plan.
#[derive(Clone, Copy)]
pub(crate) struct Shape(&'static Json);

impl Shape {
    /// What a whole plan may be.
    pub(crate) fn plan() -> Shape {
        Shape(&SCHEMA)
    }

    /// The schema itself with its references followed, one per form that is allowed.
    fn forms(self) -> Vec<&'static Json> {
        if let Some(name) = self.0["$ref"].as_str() {
            let definition = name.strip_prefix("#").and_then(|pointer| SCHEMA.pointer(pointer));
            return definition.map(|definition| Shape(definition).forms()).unwrap_or_default();
        }
        let nested = ["anyOf", "oneOf", "allOf"].iter().filter_map(|word| self.0[word].as_array()).flatten();
        let forms: Vec<_> = nested.flat_map(|form| Shape(form).forms()).collect();
        if forms.is_empty() { vec![self.0] } else { forms }
    }

    /// The keys of a table at this place; `None` where any key may stand.
    pub(crate) fn keys(self) -> Option<Vec<&'static str>> {
        let mut keys = Vec::new();
        for form in self.forms() {
            match form["properties"].as_object() {
                Some(properties) => keys.extend(properties.keys().map(String::as_str)),
                None if form["type"].is_null() || form["additionalProperties"].is_object() => return None,
                None => {}
            }
        }
        Some(keys)
    }

    /// What may stand under this key; `None` if the key is not known.
    pub(crate) fn child(self, key: &str) -> Option<Shape> {
        self.forms().into_iter().find_map(|form| {
            form["properties"].get(key).map(Shape).or_else(|| match &form["additionalProperties"] {
                Json::Bool(false) => None,
                Json::Null if form["type"].is_null() => Some(Shape(form)),
                Json::Null => None,
                any => Some(Shape(any)),
            })
        })
    }

    /// What an element of a list at this place may be.
    pub(crate) fn item(self) -> Option<Shape> {
        self.forms().into_iter().find_map(|form| match form.get("items") {
            Some(items) => Some(Shape(items)),
            None if form["type"].is_null() && form["const"].is_null() => Some(Shape(form)),
            None => None,
        })
    }

    /// Whether a table may stand here.
    pub(crate) fn is_table(self) -> bool {
        self.forms().iter().any(|form| is(form, "object"))
    }

    /// Whether text may stand here, and neither a number nor a boolean.
    pub(crate) fn is_text_alone(self) -> bool {
        let forms = self.forms();
        let text = |form: &&'static Json| is(form, "string") || form["const"].is_string();
        let other = |form: &&'static Json| {
            let open = form["type"].is_null() && form["const"].is_null();
            open || ["integer", "number", "boolean"].iter().any(|kind| is(form, kind))
        };
        forms.iter().any(text) && !forms.iter().any(other)
    }

    /// What the reference says of it.
    pub(crate) fn description(self) -> Option<&'static str> {
        self.0["description"].as_str()
    }
}

/// Whether a schema's `type` is this, or has it among others.
pub(crate) fn is(schema: &Json, kind: &str) -> bool {
    match &schema["type"] {
        Json::String(only) => only == kind,
        Json::Array(any) => any.iter().any(|one| one == kind),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(path: &[&str]) -> Shape {
        path.iter().fold(Shape::plan(), |shape, key| match *key {
            "*" => shape.item().expect("a list"),
            key => shape.child(key).expect(key),
        })
    }

    #[test]
    fn known_keys_are_found_through_lists_options_and_references() {
        let keys = at(&["flow", "*", "step", "*", "retry"]).keys().expect("closed");
        assert!(keys.contains(&"attempts"), "{keys:?}");
        assert!(at(&["load"]).child("rates").is_none());
        assert!(at(&["counter"]).child("why").is_some());
        assert!(at(&["counter", "*"]).child("why").is_some());
    }

    #[test]
    fn maps_and_json_take_any_key() {
        assert!(at(&["stack", "service", "*", "env"]).keys().is_none());
        assert!(at(&["flow", "*", "step", "*", "json"]).keys().is_none());
        assert!(at(&["flow", "*", "step", "*", "json", "a", "*", "b"]).keys().is_none());
        assert!(!at(&["flow", "*", "step", "*", "json", "a"]).is_text_alone());
    }

    #[test]
    fn text_and_numbers_are_told_apart() {
        assert!(at(&["load", "rate"]).is_text_alone());
        assert!(at(&["stack", "service", "*", "env", "X"]).is_text_alone());
        assert!(at(&["target", "http"]).is_text_alone());
        assert!(!at(&["seed"]).is_text_alone());
        assert!(!at(&["flow", "*", "step", "*", "expect", "status"]).is_text_alone());
        assert!(at(&["target", "header"]).is_table());
    }
}
