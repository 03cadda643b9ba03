//! `${…}` in a plan's text.
//!
//! | form | is |
//! |---|---|
//! | `${name}` | a variable of the session: extracted, from `[setup]`, or a built-in (`user`, `iteration`) |
//! | `${feeder.column}`, `${service.address}` | a column of the session's row; a fact of the stack |
//! | `${env:NAME}` | the environment; a secret in every output |
//! | `${uuid}`, `${uuid:order}` | a random UUID; with a label the same one throughout a session |
//! | `${int(1..100)}`, `${choice(a\|b)}`, `${zipf(1000, 1.1)}` | generators, each with an optional `:label` |
//! | `$${` | the two characters `${` |

mod generator;
mod parse;

pub use generator::Generator;

use std::fmt;
use std::str::FromStr;

/// One `${…}`.
#[derive(Clone, Debug, PartialEq)]
pub enum Reference {
    /// A variable, feeder column or fact of the stack, by its dotted name.
    Name(String),
    /// An environment variable.
    Env(String),
    /// A generator, with the label under which a session keeps its value.
    Generate(Generator, Option<String>),
}

/// A part of a template.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Text as it stands.
    Text(String),
    /// What stands between `${` and `}`.
    Reference(Reference),
}

/// Text with `${…}` in it, parsed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Template {
    source: String,
    parts: Vec<Part>,
}

impl Template {
    /// The text as it was written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Its parts in order; no two texts follow one another.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Its references in order.
    pub fn references(&self) -> impl Iterator<Item = &Reference> {
        self.parts.iter().filter_map(|part| match part {
            Part::Reference(reference) => Some(reference),
            Part::Text(_) => None,
        })
    }

    /// The text, where there is no `${…}` in it.
    pub fn literal(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [Part::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// The reference, where the whole template is exactly one: such a value keeps its JSON type.
    pub fn single(&self) -> Option<&Reference> {
        match self.parts.as_slice() {
            [Part::Reference(reference)] => Some(reference),
            _ => None,
        }
    }

    /// Fills in every reference by `value`; the first that has none is the error.
    pub fn render<E>(&self, mut value: impl FnMut(&Reference) -> Result<String, E>) -> Result<String, E> {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Text(literal) => text.push_str(literal),
                Part::Reference(reference) => text.push_str(&value(reference)?),
            }
        }
        Ok(text)
    }
}

impl FromStr for Template {
    type Err = String;

    fn from_str(source: &str) -> Result<Template, String> {
        Ok(Template { source: source.to_owned(), parts: parse::parts(source)? })
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reference::Name(name) => write!(f, "${{{name}}}"),
            Reference::Env(name) => write!(f, "${{env:{name}}}"),
            Reference::Generate(generator, None) => write!(f, "${{{generator}}}"),
            Reference::Generate(generator, Some(label)) => write!(f, "${{{generator}:{label}}}"),
        }
    }
}

impl<'de> serde::Deserialize<'de> for Template {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl serde::Serialize for Template {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.source)
    }
}

impl schemars::JsonSchema for Template {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Template".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "description": "text in which `${…}` is filled in" })
    }
}
