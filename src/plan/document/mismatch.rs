//! What serde says when a value does not fit, in the words of a plan.

use super::path::Segment;
use crate::plan::nearest::{instead, listed};
use serde::de::{Error, Expected, Unexpected};
use std::fmt::{self, Display};

/// What is said where a table belongs.
pub(super) const A_TABLE: &str = "write a table: `{ key = value }`";

/// A value that does not fit.
#[derive(Debug)]
pub(crate) struct Mismatch {
    /// What is wrong. Where it begins with `is`, the path comes before it.
    pub(super) message: String,
    /// What would be right.
    pub(super) help: Option<String>,
    /// The key that is missing, if it is that.
    pub(super) missing: Option<&'static str>,
    /// Where, from the innermost key outwards.
    pub(super) path: Vec<Segment>,
}

impl Mismatch {
    pub(super) fn new(message: impl Into<String>, help: impl Into<String>) -> Mismatch {
        Mismatch { message: message.into(), help: Some(help.into()), missing: None, path: Vec::new() }
    }

    /// The same, from one level further out.
    pub(super) fn under(mut self, segment: Segment) -> Mismatch {
        self.path.push(segment);
        self
    }
}

impl Error for Mismatch {
    /// Messages of our units read `what is wrong; what would be right`.
    fn custom<T: Display>(text: T) -> Mismatch {
        let text = text.to_string();
        match text.split_once("; ") {
            Some((message, help)) => Mismatch::new(message, help),
            None => Mismatch { message: text, help: None, missing: None, path: Vec::new() },
        }
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Mismatch {
        let wanted = wanted(&expected.to_string());
        let bare = !matches!(found, Unexpected::Str(_) | Unexpected::Map | Unexpected::Seq);
        let quotes = if bare && wanted.contains(" such as ") { ", in quotes" } else { "" };
        Mismatch::new(format!("is {}", self::found(found)), format!("write {wanted}{quotes}"))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Mismatch {
        let range = match expected.to_string().as_str() {
            "u8" => "a whole number from 0 to 255".into(),
            "u16" => "a whole number from 0 to 65535".into(),
            "u32" => "a whole number from 0 to 4294967295".into(),
            "u64" | "usize" => "a whole number, 0 or more".into(),
            other => wanted(other),
        };
        Mismatch::new(format!("is {}, which is out of range", self::found(found)), format!("write {range}"))
    }

    fn unknown_variant(word: &str, known: &'static [&'static str]) -> Mismatch {
        let near = instead(word, "words", known.iter().copied());
        let all = if near.starts_with("did") {
            format!("{near} Known are {}", listed(known.iter().copied()))
        } else {
            near
        };
        Mismatch::new(format!("is `{word}`, which is not known here"), all)
    }

    fn missing_field(key: &'static str) -> Mismatch {
        Mismatch { missing: Some(key), ..Mismatch::new(String::new(), format!("add `{key}`")) }
    }
}

/// A kind of value, in words.
fn wanted(expected: &str) -> String {
    match expected {
        "u8" | "u16" | "u32" | "u64" | "usize" | "i64" => "a whole number, 0 or more".into(),
        "f64" => "a number".into(),
        "a string" => "a text, in quotes".into(),
        "a boolean" => "`true` or `false`".into(),
        "a sequence" => "a list: `[…]`".into(),
        "a map" => "a table: `{ key = value }`".into(),
        structure if structure.starts_with("struct ") => "a table: `{ key = value }`".into(),
        other => other.into(),
    }
}

fn found(unexpected: Unexpected<'_>) -> String {
    match unexpected {
        Unexpected::Str(text) => format!("the text \"{text}\""),
        Unexpected::Signed(number) => format!("the number {number}"),
        Unexpected::Unsigned(number) => format!("the number {number}"),
        Unexpected::Float(number) => format!("the number {number}"),
        Unexpected::Bool(truth) => format!("`{truth}`"),
        Unexpected::Map => "a table".into(),
        Unexpected::Seq => "a list".into(),
        other => other.to_string(),
    }
}

impl Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Mismatch {}
