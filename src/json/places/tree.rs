//! Several places, found in one pass over the text.

use super::singular::Place;
use crate::json::scan::Scanner;
use crate::json::{JsonError, Value as Json};

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

    /// Reads the value that comes next and puts what is wanted of it into `found`.
    pub(super) fn read(
        &self,
        scanner: &mut Scanner<'_>,
        found: &mut [Option<Json>],
    ) -> Result<(), JsonError> {
        match self.wanted_by.as_slice() {
            [] => {}
            [number] if self.members.is_empty() && self.elements.is_empty() => {
                found[*number] = Some(scanner.value()?);
                return Ok(());
            }
            _ => {
                let value = scanner.value()?;
                self.take(&value, found);
                return Ok(());
            }
        }
        match scanner.blanks() {
            Some(b'{') => scanner.object(|scanner, name| {
                match self.members.iter().find(|(wanted, _)| **wanted == *name) {
                    Some((_, node)) => {
                        node.forget(found);
                        node.read(scanner, found)
                    }
                    None => scanner.skip(),
                }
            }),
            Some(b'[') => scanner.array(|scanner, index| {
                match self.elements.iter().find(|(wanted, _)| *wanted == index) {
                    Some((_, node)) => node.read(scanner, found),
                    None => scanner.skip(),
                }
            }),
            _ => scanner.skip(),
        }
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
