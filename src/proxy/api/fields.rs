//! JSON objects as Toxiproxy reads them: keys in any case, the last one counts, `null` changes nothing; its error texts.

use crate::proxy::Error;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Number;
use std::fmt;

/// A JSON value whose objects keep the order and the repetitions of their keys.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Json {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    /// The first value of a body.
    pub(super) fn first(body: &[u8]) -> Result<Json, Error> {
        match serde_json::Deserializer::from_slice(body).into_iter::<Json>().next() {
            None => Err(Error::bad_body("EOF")),
            Some(Ok(json)) => Ok(json),
            Some(Err(error)) if error.is_eof() => Err(Error::bad_body("unexpected EOF")),
            Some(Err(error)) => Err(Error::bad_body(error)),
        }
    }

    /// What Go calls its type: `string`, or `number 1.5`.
    fn named(&self) -> String {
        match self {
            Json::Null => "null".into(),
            Json::Bool(_) => "bool".into(),
            Json::Number(number) => format!("number {number}"),
            Json::Text(_) => "string".into(),
            Json::List(_) => "array".into(),
            Json::Object(_) => "object".into(),
        }
    }
}

/// An object that fills a Go struct of this name.
pub(super) struct Fields<'a> {
    of: &'static str,
    fields: &'a [(String, Json)],
}

impl<'a> Fields<'a> {
    /// `of`: the struct as Go would name it in an error about the whole, and about a field.
    pub(super) fn of(json: &'a Json, whole: &str, of: &'static str) -> Result<Fields<'a>, Error> {
        match json {
            Json::Null => Ok(Fields { of, fields: &[] }),
            Json::Object(fields) => Ok(Fields { of, fields }),
            other => Err(Fields::mismatch(other, whole)),
        }
    }

    /// A value that is no such thing at all.
    pub(super) fn mismatch(value: &Json, whole: &str) -> Error {
        Error::bad_body(format!("json: cannot unmarshal {} into Go value of type {whole}", value.named()))
    }

    /// The last value of this name that is not null.
    fn last(&self, name: &str) -> Option<&'a Json> {
        let named = self.fields.iter().rev().filter(|(key, _)| key.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value).find(|value| **value != Json::Null)
    }

    fn wrong(&self, value: &Json, name: &str, wanted: &str) -> Error {
        let (what, of) = (value.named(), self.of);
        Error::bad_body(format!(
            "json: cannot unmarshal {what} into Go struct field {of}.{name} of type {wanted}"
        ))
    }

    pub(super) fn text(&self, name: &str) -> Result<Option<String>, Error> {
        match self.last(name) {
            None => Ok(None),
            Some(Json::Text(text)) => Ok(Some(text.clone())),
            Some(other) => Err(self.wrong(other, name, "string")),
        }
    }

    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, Error> {
        match self.last(name) {
            None => Ok(None),
            Some(Json::Bool(flag)) => Ok(Some(*flag)),
            Some(other) => Err(self.wrong(other, name, "bool")),
        }
    }

    pub(super) fn whole(&self, name: &str) -> Result<Option<i64>, Error> {
        match self.last(name) {
            None => Ok(None),
            Some(Json::Number(number)) => match number.as_i64() {
                Some(whole) => Ok(Some(whole)),
                None => Err(self.wrong(&Json::Number(number.clone()), name, "int64")),
            },
            Some(other) => Err(self.wrong(other, name, "int64")),
        }
    }

    pub(super) fn real(&self, name: &str) -> Result<Option<f32>, Error> {
        match self.last(name) {
            None => Ok(None),
            Some(Json::Number(number)) => match number.as_f64().map(|real| real as f32) {
                Some(real) if real.is_finite() => Ok(Some(real)),
                _ => Err(self.wrong(&Json::Number(number.clone()), name, "float32")),
            },
            Some(other) => Err(self.wrong(other, name, "float32")),
        }
    }

    pub(super) fn list(&self, name: &str, wanted: &str) -> Result<&'a [Json], Error> {
        match self.last(name) {
            None => Ok(&[]),
            Some(Json::List(list)) => Ok(list),
            Some(other) => Err(self.wrong(other, name, wanted)),
        }
    }

    pub(super) fn object(&self, name: &str, of: &'static str) -> Result<Fields<'a>, Error> {
        match self.last(name) {
            None => Ok(Fields { of, fields: &[] }),
            Some(Json::Object(fields)) => Ok(Fields { of, fields }),
            Some(other) => Err(self.wrong(other, name, "toxics.Toxic")),
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(Whole)
    }
}

struct Whole;

impl<'de> Visitor<'de> for Whole {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Json, E> {
        Ok(Json::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json, E> {
        Ok(Json::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
        Ok(Json::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Json, E> {
        Ok(Number::from_f64(number).map_or(Json::Null, Json::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let mut object = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            object.push(entry);
        }
        Ok(Json::Object(object))
    }
}
