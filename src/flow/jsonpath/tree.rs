//! Several places, found in one pass over the text.

use super::singular::Place;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value as Json;
use std::fmt;

/// The places that are wanted at and below a place.
#[derive(Debug, Default)]
pub(super) struct Node {
    wanted_by: Vec<usize>,
    members: Vec<(Box<str>, Node)>,
    elements: Vec<(usize, Node)>,
}

impl Node {
    /// What stands at `places` is wanted under this number.
    pub(super) fn add(&mut self, places: &[Place], number: usize) {
        let [first, rest @ ..] = places else {
            self.wanted_by.push(number);
            return;
        };
        match first {
            Place::Member(name) => entry(&mut self.members, name).add(rest, number),
            Place::Element(index) => entry(&mut self.elements, index).add(rest, number),
        }
    }

    /// Reads `body` and puts what is wanted into `found`.
    pub(super) fn read(&self, body: &[u8], found: &mut [Option<Json>]) -> Result<(), serde_json::Error> {
        let mut reader = serde_json::Deserializer::from_slice(body);
        Reading { node: self, found }.deserialize(&mut reader)?;
        reader.end()
    }

    /// Takes what is wanted out of a tree: below a value that is wanted as a whole there is one anyway.
    fn take(&self, value: &Json, found: &mut [Option<Json>]) {
        for number in &self.wanted_by {
            found[*number] = Some(value.clone());
        }
        for (name, node) in &self.members {
            if let Some(value) = value.as_object().and_then(|object| object.get(&**name)) {
                node.take(value, found);
            }
        }
        for (index, node) in &self.elements {
            if let Some(value) = value.as_array().and_then(|array| array.get(*index)) {
                node.take(value, found);
            }
        }
    }

    /// Forgets what was found here and below: an equal key comes again, and its last value counts.
    fn forget(&self, found: &mut [Option<Json>]) {
        for number in &self.wanted_by {
            found[*number] = None;
        }
        let below =
            self.members.iter().map(|(_, node)| node).chain(self.elements.iter().map(|(_, node)| node));
        below.for_each(|node| node.forget(found));
    }
}

fn entry<'a, K: PartialEq + Clone>(list: &'a mut Vec<(K, Node)>, key: &K) -> &'a mut Node {
    let place = list.iter().position(|(known, _)| known == key).unwrap_or_else(|| {
        list.push((key.clone(), Node::default()));
        list.len() - 1
    });
    &mut list[place].1
}

struct Reading<'a> {
    node: &'a Node,
    found: &'a mut [Option<Json>],
}

impl<'de> DeserializeSeed<'de> for Reading<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let Node { wanted_by, members, elements } = self.node;
        match wanted_by.as_slice() {
            [] => deserializer.deserialize_any(self),
            [number] if members.is_empty() && elements.is_empty() => {
                self.found[*number] = Some(serde::Deserialize::deserialize(deserializer)?);
                Ok(())
            }
            _ => {
                let value: Json = serde::Deserialize::deserialize(deserializer)?;
                self.node.take(&value, self.found);
                Ok(())
            }
        }
    }
}

impl<'de> Visitor<'de> for Reading<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(known) = map.next_key_seed(Key(&self.node.members))? {
            match known {
                Some(node) => {
                    node.forget(self.found);
                    map.next_value_seed(Reading { node, found: self.found })?;
                }
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        for index in 0.. {
            let more = match self.node.elements.iter().find(|(wanted, _)| *wanted == index) {
                Some((_, node)) => list.next_element_seed(Reading { node, found: self.found })?.is_some(),
                None => list.next_element::<IgnoredAny>()?.is_some(),
            };
            if !more {
                break;
            }
        }
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }
    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }
    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }
    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }
    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// Finds the node of a key without copying the key.
struct Key<'a>(&'a [(Box<str>, Node)]);

impl<'de, 'a> DeserializeSeed<'de> for Key<'a> {
    type Value = Option<&'a Node>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'a> Visitor<'_> for Key<'a> {
    type Value = Option<&'a Node>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }
    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(self.0.iter().find(|(name, _)| **name == *key).map(|(_, node)| node))
    }
}
