//! Changes to a plan from outside: `--set load.rate=500/s`, and the changes of a `[counter]`.

use super::document::{Segment, parse_path, value_of};
use super::model::Counter;
use crate::json::Value as Json;
use std::fmt;

/// A new value for one place of a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Override {
    /// The place: keys with dots between; list elements by name, id or number (from 0); keys that contain dots in quotes.
    pub path: String,
    /// The value.
    pub value: Json,
}

impl Override {
    /// Reads `load.rate=500/s`: the value as TOML where it is TOML, else as the text that stands there.
    pub fn parse(text: &str) -> Result<Override, String> {
        let place = equals(text)
            .ok_or_else(|| format!("`{text}` sets nothing; write a path and a value: `load.rate=500/s`"))?;
        let path = text[..place].trim();
        parse_path(path)?;
        Ok(Override { path: path.to_owned(), value: value_of(text[place + 1..].trim()) })
    }

    pub(crate) fn segments(&self) -> Result<Vec<Segment>, String> {
        parse_path(&self.path)
    }
}

/// The first `=` that is not in quotes.
fn equals(text: &str) -> Option<usize> {
    let mut quote = None;
    text.char_indices().find_map(|(place, c)| {
        match (quote, c) {
            (None, '=') => return Some(place),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if c == open => quote = None,
            _ => {}
        }
        None
    })
}

impl fmt::Display for Override {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Json::String(text) => write!(f, "{}={text}", self.path),
            other => write!(f, "{}={other}", self.path),
        }
    }
}

impl Counter {
    /// Its changes, as overrides.
    pub fn overrides(&self) -> Vec<Override> {
        self.set.iter().map(|(path, value)| Override { path: path.clone(), value: value.clone() }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    macro_rules! json {
        ($($value:tt)+) => { Json::from(serde_json::json!($($value)+)) };
    }

    #[test]
    fn values_are_toml_where_they_can_be() {
        for (text, path, value) in [
            ("load.rate=500/s", "load.rate", json!("500/s")),
            ("seed = 7", "seed", json!(7)),
            ("a=true", "a", json!(true)),
            ("a=\"7\"", "a", json!("7")),
            ("a=[1, 2]", "a", json!([1, 2])),
            ("a={ b = 1.5 }", "a", json!({ "b": 1.5 })),
            ("a=nan", "a", json!("nan")),
            ("a=", "a", json!("")),
            ("a=x=y", "a", json!("x=y")),
            ("h.\"x=y.z\"=1", "h.\"x=y.z\"", json!(1)),
        ] {
            assert_eq!(Override::parse(text), Ok(Override { path: path.into(), value }), "{text}");
        }
    }

    #[test]
    fn what_sets_nothing_is_refused_with_an_example() {
        for text in ["load.rate", "=5", "a..b=5", "\"a=5"] {
            assert!(Override::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn it_prints_as_it_is_given() {
        for text in ["load.rate=500/s", "seed=7"] {
            assert_eq!(Override::parse(text).map(|o| o.to_string()), Ok(text.to_owned()));
        }
    }
}
