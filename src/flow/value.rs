//! A value of a session's variable.

use super::encode::{self, Encoding};
use crate::json::{Number, Value as Json};
use std::borrow::Cow;
use std::fmt::Write;

/// A value. Texts and whole numbers, which nearly all values are, stand apart from the rest of JSON for speed. Other
/// numbers keep their text (`1.10`, `18446744073709551617`).
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// A text; a string of JSON is one too.
    Text(String),
    /// A whole number.
    Int(i64),
    /// Whatever else JSON has.
    Json(Json),
}

impl Value {
    /// Appends it, encoded as its place wants it.
    pub(super) fn write(&self, out: &mut String, encoding: Encoding) {
        match self {
            Value::Text(text) => encode::push(out, text, encoding),
            Value::Int(number) => push_number(out, number),
            Value::Json(json) if encoding == Encoding::JsonValue => push_number(out, json),
            Value::Json(json) => encode::push(out, &json.to_string(), encoding),
        }
    }

    /// Whether it is null.
    pub(super) fn is_null(&self) -> bool {
        matches!(self, Value::Json(Json::Null))
    }

    /// As text: a string without its quotes, anything else as JSON has it.
    pub(super) fn text(&self) -> Cow<'_, str> {
        match self {
            Value::Text(text) => Cow::Borrowed(text),
            Value::Int(number) => Cow::Owned(number.to_string()),
            Value::Json(json) => Cow::Owned(json.to_string()),
        }
    }

    /// Whether a `when` that only names it holds: neither empty nor false (nor null).
    pub(super) fn holds(&self) -> bool {
        match self {
            Value::Text(text) => !text.is_empty() && text != "false",
            Value::Int(_) => true,
            Value::Json(Json::Null | Json::Bool(false)) => false,
            Value::Json(_) => true,
        }
    }

    /// As a number, if it is one or a text that reads as one.
    pub(super) fn number(&self) -> Option<Number> {
        match self {
            Value::Text(text) => Number::parse(text.trim()),
            Value::Int(number) => Some(Number::from(*number)),
            Value::Json(json) => json.as_number().cloned(),
        }
    }

    /// As verification compares it: a text as it is, numbers in canonical form, so that `7.0` is `7`.
    pub(super) fn canonical(self) -> String {
        match self {
            Value::Json(json) => json.canonical().to_string(),
            other => other.text().into_owned(),
        }
    }
}

impl From<Json> for Value {
    fn from(json: Json) -> Value {
        match json {
            Json::String(text) => Value::Text(text),
            Json::Number(number) => match number.usual_i64() {
                Some(whole) => Value::Int(whole),
                None => Value::Json(Json::Number(number)),
            },
            other => Value::Json(other),
        }
    }
}

/// Appends what needs no encoding in any place: numbers, and JSON where JSON is wanted.
pub(super) fn push_number(out: &mut String, number: impl std::fmt::Display) {
    write!(out, "{number}").expect("writing to a String does not fail");
}

#[cfg(test)]
mod tests {
    use super::*;
    macro_rules! json {
        ($($value:tt)+) => { Json::from(serde_json::json!($($value)+)) };
    }

    #[test]
    fn numbers_keep_their_text() {
        for (text, canonical) in
            [("1.10", "1.1"), ("18446744073709551617", "18446744073709551617"), ("7.0", "7"), ("-0", "0")]
        {
            let value = Value::from(Json::parse(text.as_bytes()).expect(text));
            let mut out = String::new();
            value.write(&mut out, Encoding::JsonValue);
            value.write(&mut out, Encoding::Target);
            assert_eq!(out, format!("{text}{text}"));
            assert_eq!(value.canonical(), canonical);
        }
    }

    #[test]
    fn json_keeps_its_type_where_json_is_wanted() {
        for (value, typed, inside) in [
            (Value::from(json!("a\"b")), r#""a\"b""#, r#"a\"b"#),
            (Value::from(json!(7)), "7", "7"),
            (Value::from(json!(1.5)), "1.5", "1.5"),
            (Value::from(json!(null)), "null", "null"),
            (Value::from(json!({"k": "v"})), r#"{"k":"v"}"#, r#"{\"k\":\"v\"}"#),
        ] {
            let mut out = String::new();
            value.write(&mut out, Encoding::JsonValue);
            assert_eq!(out, typed);
            out.clear();
            value.write(&mut out, Encoding::JsonText);
            assert_eq!(out, inside);
        }
    }

    #[test]
    fn empty_false_and_null_do_not_hold() {
        for (json, holds) in [
            (json!(""), false),
            (json!(false), false),
            (json!("false"), false),
            (json!(null), false),
            (json!(0), true),
            (json!("x"), true),
            (json!([]), true),
        ] {
            assert_eq!(Value::from(json.clone()).holds(), holds, "{json}");
        }
    }
}
