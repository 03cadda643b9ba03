//! A plan's text as a tree of values that know where they came from.

mod apply;
mod collect;
mod fold;
mod merge;
mod mismatch;
mod parse;
mod path;
mod read;
mod shape;
mod sources;
mod write;

pub(crate) use apply::apply;
pub(crate) use collect::collect;
pub(crate) use fold::{Folded, fold_file, fold_text};
pub(crate) use parse::value_of;
pub(crate) use path::{Segment, key, parse_path};
pub(crate) use shape::shape;
pub use sources::Sources;
pub(crate) use write::write;

use super::Origin;
use crate::json::Number;

/// A value and where it came from.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) origin: Origin,
    pub(crate) value: Value,
}

/// What a TOML value can be. Dates are text: no key of a plan wants one.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Text(String),
    Integer(i64),
    /// It keeps its text: `1.10` is sent as such.
    Float(Number),
    Boolean(bool),
    List(Vec<Node>),
    Table(Vec<Entry>),
    /// It was wrong, has been reported, and is passed over from then on.
    Reported,
}

/// A key with its value.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) key_origin: Origin,
    pub(crate) node: Node,
}

impl Node {
    /// An empty table from there.
    pub(crate) fn table(origin: Origin) -> Node {
        Node { origin, value: Value::Table(Vec::new()) }
    }

    /// The entries, if it is a table.
    pub(crate) fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Table(entries) => entries,
            _ => &[],
        }
    }

    /// The value under a key.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().find(|entry| entry.key == key).map(|entry| &entry.node)
    }

    /// The value under a key, to be changed.
    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        match &mut self.value {
            Value::Table(entries) => {
                entries.iter_mut().find(|entry| entry.key == key).map(|entry| &mut entry.node)
            }
            _ => None,
        }
    }

    /// The elements, if it is a list.
    pub(crate) fn elements_mut(&mut self) -> &mut [Node] {
        match &mut self.value {
            Value::List(list) => list,
            _ => &mut [],
        }
    }

    /// Takes a key out of a table.
    pub(crate) fn take(&mut self, key: &str) -> Option<Entry> {
        match &mut self.value {
            Value::Table(entries) => {
                entries.iter().position(|entry| entry.key == key).map(|place| entries.remove(place))
            }
            _ => None,
        }
    }

    /// The text, if it is one.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// What stands at a path.
    pub(crate) fn at_mut(&mut self, path: &[Segment]) -> Option<&mut Node> {
        path.iter().try_fold(self, |node, segment| match segment {
            Segment::Key(key) => node.get_mut(key),
            Segment::Index(index) => node.elements_mut().get_mut(*index),
        })
    }
}
