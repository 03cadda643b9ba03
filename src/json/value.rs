//! A JSON value as a tree.

use super::scan::Scanner;
use super::text::push_escaped;
use super::{JsonError, Number};
use std::collections::BTreeMap;
use std::fmt;

/// The members of an object. Of several members with one name the last counts.
pub type Map = BTreeMap<String, Value>;

/// A JSON value. Equal are two whose numbers are equal in value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Value {
    #[default]
    Null,
    Bool(bool),
    Number(Number),
    String(String),
    Array(Vec<Value>),
    Object(Map),
}

impl Value {
    /// Reads a text that is one JSON value, with blanks around it and perhaps a byte order mark before it.
    ///
    /// # Errors
    /// If it is not JSON, or nested deeper than [`super::DEEPEST`]; with the place.
    pub fn parse(text: &[u8]) -> Result<Value, JsonError> {
        let mut scanner = Scanner::new(text)?;
        let value = scanner.value()?;
        scanner.end()?;
        Ok(value)
    }

    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// Whether it is an object.
    pub fn is_object(&self) -> bool {
        matches!(self, Value::Object(_))
    }

    /// The text, if it is a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if it is one.
    pub fn as_number(&self) -> Option<&Number> {
        match self {
            Value::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The whole number, if it is one of 64 bits.
    pub fn as_i64(&self) -> Option<i64> {
        self.as_number().and_then(Number::as_i64)
    }

    /// The elements, if it is an array.
    pub fn as_array(&self) -> Option<&Vec<Value>> {
        match self {
            Value::Array(list) => Some(list),
            _ => None,
        }
    }

    /// The members, if it is an object.
    pub fn as_object(&self) -> Option<&Map> {
        match self {
            Value::Object(map) => Some(map),
            _ => None,
        }
    }

    /// The member of this name, if it is an object that has it.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.as_object()?.get(name)
    }

    /// The same with every number in its canonical form, so that equal values have equal texts.
    pub fn canonical(self) -> Value {
        match self {
            Value::Number(number) => Value::Number(number.canonical()),
            Value::Array(list) => list.into_iter().map(Value::canonical).collect(),
            Value::Object(map) => {
                Value::Object(map.into_iter().map(|(name, value)| (name, value.canonical())).collect())
            }
            other => other,
        }
    }

    fn push(&self, out: &mut String) {
        match self {
            Value::Null => out.push_str("null"),
            Value::Bool(true) => out.push_str("true"),
            Value::Bool(false) => out.push_str("false"),
            Value::Number(number) => out.push_str(&number.to_string()),
            Value::String(text) => push_string(out, text),
            Value::Array(list) => {
                out.push('[');
                for (place, value) in list.iter().enumerate() {
                    if place > 0 {
                        out.push(',');
                    }
                    value.push(out);
                }
                out.push(']');
            }
            Value::Object(map) => {
                out.push('{');
                for (place, (name, value)) in map.iter().enumerate() {
                    if place > 0 {
                        out.push(',');
                    }
                    push_string(out, name);
                    out.push(':');
                    value.push(out);
                }
                out.push('}');
            }
        }
    }
}

fn push_string(out: &mut String, text: &str) {
    out.push('"');
    push_escaped(out, text);
    out.push('"');
}

/// Reads JSON values that stand one after another, with blanks (and line ends) between them.
///
/// # Errors
/// If one is not JSON; with the place in the whole text.
pub fn values(text: &[u8]) -> Result<Vec<Value>, JsonError> {
    let mut scanner = Scanner::new(text)?;
    let mut values = Vec::new();
    while !scanner.is_at_end() {
        values.push(scanner.value()?);
    }
    Ok(values)
}

/// Reads a text that is one JSON array: its elements, each with the byte where it begins.
///
/// # Errors
/// If it is not JSON, or no array; with the place.
pub fn elements(text: &[u8]) -> Result<Vec<(usize, Value)>, JsonError> {
    let mut scanner = Scanner::new(text)?;
    if scanner.blanks() != Some(b'[') {
        return Err(JsonError::at(text, scanner.next_at(), "an array is expected"));
    }
    let mut found = Vec::new();
    scanner.array(|scanner, _| {
        found.push((scanner.next_at(), scanner.value()?));
        Ok(())
    })?;
    scanner.end()?;
    Ok(found)
}

/// Compact JSON.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        self.push(&mut text);
        f.write_str(&text)
    }
}

impl FromIterator<Value> for Value {
    fn from_iter<I: IntoIterator<Item = Value>>(values: I) -> Value {
        Value::Array(values.into_iter().collect())
    }
}

impl From<i64> for Value {
    fn from(whole: i64) -> Value {
        Value::Number(whole.into())
    }
}

impl From<u64> for Value {
    fn from(whole: u64) -> Value {
        Value::Number(Number::of_valid(&whole.to_string()))
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Value {
        Value::Bool(truth)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::String(text)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::String(text.to_owned())
    }
}

/// Numbers become the text that serde_json prints.
impl From<serde_json::Value> for Value {
    fn from(value: serde_json::Value) -> Value {
        use serde_json::Value as Other;
        match value {
            Other::Null => Value::Null,
            Other::Bool(truth) => Value::Bool(truth),
            Other::Number(number) => Value::Number(Number::of_valid(&number.to_string())),
            Other::String(text) => Value::String(text),
            Other::Array(list) => list.into_iter().map(Value::from).collect(),
            Other::Object(map) => {
                Value::Object(map.into_iter().map(|(name, value)| (name, value.into())).collect())
            }
        }
    }
}

/// For tests: `value == json!(…)`.
impl PartialEq<serde_json::Value> for Value {
    fn eq(&self, other: &serde_json::Value) -> bool {
        let other = Value::from(other.clone());
        *self == other
    }
}
