//! The tree as serde reads it.

use super::mismatch::Mismatch;
use super::path::Segment;
use super::{Entry, Node, Value};
use crate::json::EXACT;
use crate::plan::nearest::listed;
use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, Error, IntoDeserializer, MapAccess, SeqAccess, Unexpected, Visitor,
};
use serde::forward_to_deserialize_any;

impl<'de> Deserializer<'de> for &'de Node {
    type Error = Mismatch;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match &self.value {
            Value::Text(text) => visitor.visit_str(text),
            Value::Integer(number) => visitor.visit_i64(*number),
            Value::Float(number) => visitor.visit_f64(number.as_f64()),
            Value::Boolean(truth) => visitor.visit_bool(*truth),
            Value::List(list) => visitor.visit_seq(Elements { list, next: 0 }),
            Value::Table(entries) => visitor.visit_map(Entries { entries, next: 0 }),
            Value::Reported => visitor.visit_unit(),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        match &self.value {
            // The number with its text.
            Value::Float(number) if name == EXACT => visitor.visit_bytes(number.to_string().as_bytes()),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        if matches!(self.value, Value::Table(_)) {
            let help = "there may be several: write `[[section]]` with two brackets, or a list `[…]`";
            return Err(Mismatch::new("is a single table", help));
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        if matches!(self.value, Value::List(_)) {
            let help = "there is only one: write `[section]` with one bracket, or a table `{ key = value }`";
            return Err(Mismatch::new("is a list", help));
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        words: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        let found = match &self.value {
            Value::Text(text) => {
                return visitor.visit_enum(IntoDeserializer::<Mismatch>::into_deserializer(&**text));
            }
            Value::Integer(number) => Unexpected::Signed(*number),
            Value::Float(number) => Unexpected::Float(number.as_f64()),
            Value::Boolean(truth) => Unexpected::Bool(*truth),
            Value::List(_) => Unexpected::Seq,
            Value::Table(_) | Value::Reported => Unexpected::Map,
        };
        let one_of = format!("one of the words {}, in quotes", listed(words.iter().copied()));
        Err(Mismatch::invalid_type(found, &one_of.as_str()))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        tuple tuple_struct map identifier ignored_any
    }
}

struct Elements<'de> {
    list: &'de [Node],
    next: usize,
}

impl<'de> SeqAccess<'de> for Elements<'de> {
    type Error = Mismatch;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Mismatch> {
        while let Some(node) = self.list.get(self.next) {
            let index = self.next;
            self.next += 1;
            if !matches!(node.value, Value::Reported) {
                return seed.deserialize(node).map(Some).map_err(|error| error.under(Segment::Index(index)));
            }
        }
        Ok(None)
    }
}

struct Entries<'de> {
    entries: &'de [Entry],
    next: usize,
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = Mismatch;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Mismatch> {
        while let Some(entry) = self.entries.get(self.next) {
            if !matches!(entry.node.value, Value::Reported) {
                let key: StrDeserializer<'_, Mismatch> = entry.key.as_str().into_deserializer();
                return seed.deserialize(key).map(Some);
            }
            self.next += 1;
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Mismatch> {
        let entry = self.entries.get(self.next).expect("serde asks for a value after its key");
        self.next += 1;
        seed.deserialize(&entry.node).map_err(|error| error.under(Segment::Key(entry.key.clone())))
    }
}
