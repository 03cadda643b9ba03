//! From a path of the plan to the place that it came from.

use super::path::{Segment, Shown, parse_path};
use super::{Node, Value};
use crate::plan::Origin;
use std::collections::BTreeMap;

/// Where every value of a plan came from, by its path: `fault[0].kill.service`.
#[derive(Clone, Debug)]
pub struct Sources {
    places: BTreeMap<String, Origin>,
    whole: Origin,
}

impl Sources {
    /// The places of a tree.
    pub(crate) fn of(root: &Node) -> Sources {
        let mut sources = Sources { places: BTreeMap::new(), whole: root.origin.clone() };
        sources.add(root, &mut Vec::new());
        sources
    }

    fn add(&mut self, node: &Node, path: &mut Vec<Segment>) {
        self.places.insert(Shown(path).to_string(), node.origin.clone());
        match &node.value {
            Value::Table(entries) => {
                for entry in entries {
                    path.push(Segment::Key(entry.key.clone()));
                    self.add(&entry.node, path);
                    path.pop();
                }
            }
            Value::List(list) => {
                for (index, element) in list.iter().enumerate() {
                    path.push(Segment::Index(index));
                    self.add(element, path);
                    path.pop();
                }
            }
            _ => {}
        }
    }

    /// Where the value at this path came from; for one that was not written, the nearest section around it.
    pub fn origin(&self, path: &str) -> &Origin {
        let mut segments = parse_path(path).unwrap_or_default();
        loop {
            let shown = Shown(&segments).to_string();
            if let Some(origin) = self.places.get(&shown) {
                return origin;
            }
            if self.alone(&mut segments).is_none() && segments.pop().is_none() {
                return &self.whole;
            }
        }
    }

    /// `counter[0]` is `counter` where it stands alone, as `[counter]`.
    fn alone(&self, segments: &mut Vec<Segment>) -> Option<()> {
        let place = segments.iter().position(|segment| *segment == Segment::Index(0))?;
        let list = Shown(&segments[..place]).to_string();
        let first = Shown(&segments[..=place]).to_string();
        (self.places.contains_key(&list) && !self.places.contains_key(&first)).then(|| {
            segments.remove(place);
        })
    }

    /// Whether the plan says something at this very path.
    pub fn contains(&self, path: &str) -> bool {
        self.places.contains_key(path)
    }
}
