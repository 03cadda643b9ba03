//! Overrides: one value of the tree replaced, or put into a section that has none.

use super::path::{Segment, Shown};
use super::{Entry, Node, Value};
use crate::json::Value as Json;
use crate::plan::nearest::{instead, listed};
use crate::plan::schema::Shape;
use crate::plan::{Diagnostic, Origin, Override};

/// Applies one override. Sections that the plan does not have but could have (`target.header`) come into being;
/// a path that leads nowhere is refused with the nearest that leads somewhere.
pub(crate) fn apply(root: &mut Node, change: &Override) -> Result<(), Diagnostic> {
    let origin = Origin::Set(change.to_string().into());
    let refuse = |(message, help): (String, String)| Diagnostic::error(origin.clone(), message, help);
    let path = change.segments().map_err(|message| refuse((message, "write it like `load.rate`".into())))?;
    if path.first() == Some(&Segment::Key("include".into())) {
        let message = "`include` cannot be set: included files are read before anything is set".to_owned();
        return Err(refuse((message, "write it into the plan".into())));
    }
    let value = node(&change.value, &origin).map_err(refuse)?;
    let place = descend(root, &path, &origin).map_err(refuse)?;
    *place = value;
    Ok(())
}

type Refusal = (String, String);

/// The node at the path, made where it is absent and may be there.
fn descend<'n>(root: &'n mut Node, path: &[Segment], origin: &Origin) -> Result<&'n mut Node, Refusal> {
    let mut node = root;
    let mut shape = Some(Shape::plan());
    for (depth, segment) in path.iter().enumerate() {
        let (before, last) = (&path[..depth], depth + 1 == path.len());
        let word = match segment {
            Segment::Key(key) => key.clone(),
            Segment::Index(index) => index.to_string(),
        };
        if matches!(node.value, Value::List(_)) {
            let place = element(node, &word, before)?;
            shape = shape.and_then(Shape::item);
            node = &mut node.elements_mut()[place];
        } else {
            let known = shape.and_then(|shape| shape.child(&word));
            if known.is_none() {
                let keys = shape.and_then(Shape::keys).unwrap_or_default();
                let message = format!("`{}`: there is no key `{word}` {}", Shown(path), inside(before));
                return Err((message, instead(&word, "keys there", keys)));
            }
            shape = known;
            node = entry(node, &word, last, shape, before, origin)?;
        }
    }
    Ok(node)
}

fn inside(before: &[Segment]) -> String {
    if before.is_empty() { "in a plan".into() } else { format!("in `{}`", Shown(before)) }
}

/// The number of the list's element with this name, id or number.
fn element(list: &mut Node, word: &str, before: &[Segment]) -> Result<usize, Refusal> {
    let named = |node: &mut Node| {
        ["name", "id"]
            .iter()
            .find_map(|key| node.get(key).and_then(Node::text))
            .unwrap_or_default()
            .to_owned()
    };
    let names: Vec<String> = list.elements_mut().iter_mut().map(named).collect();
    let by_number = || word.parse().ok().filter(|number: &usize| *number < names.len());
    names.iter().position(|name| name == word).or_else(by_number).ok_or_else(|| {
        let known = names.iter().map(String::as_str).filter(|name| !name.is_empty());
        let help = match known.clone().next() {
            Some(_) => instead(word, &format!("elements of `{}`", Shown(before)), known),
            None if names.is_empty() => "the list is empty".to_owned(),
            None => format!("its elements have numbers, from 0 to {}", names.len() - 1),
        };
        (format!("there is no `{word}` in `{}`", Shown(before)), help)
    })
}

/// The value under a key that the schema knows.
fn entry<'n>(
    node: &'n mut Node,
    word: &str,
    last: bool,
    shape: Option<Shape>,
    before: &[Segment],
    origin: &Origin,
) -> Result<&'n mut Node, Refusal> {
    let Value::Table(entries) = &mut node.value else {
        let known = format!("`{}` is a value", Shown(before));
        return Err((
            format!("there is nothing like `{word}` {}", inside(before)),
            format!("{known}: set it as a whole"),
        ));
    };
    let place = match entries.iter().position(|entry| entry.key == word) {
        Some(place) => place,
        None if last || shape.is_some_and(Shape::is_table) => {
            let node = Node::table(origin.clone());
            entries.push(Entry { key: word.to_owned(), key_origin: origin.clone(), node });
            entries.len() - 1
        }
        None => {
            let there = entries.iter().map(|entry| entry.key.as_str());
            let help = format!("what it has is {}", listed(there));
            let owner = if before.is_empty() { "the plan".into() } else { format!("`{}`", Shown(before)) };
            return Err((format!("{owner} has no `{word}` that could be changed"), help));
        }
    };
    Ok(&mut entries[place].node)
}

/// A JSON value as a node of the tree.
fn node(value: &Json, origin: &Origin) -> Result<Node, Refusal> {
    let value = match value {
        Json::Null => {
            return Err(("`null` is no value of a plan".into(), "leave the key out instead".into()));
        }
        Json::Bool(truth) => Value::Boolean(*truth),
        Json::String(text) => Value::Text(text.clone()),
        Json::Number(number) => match number.usual_i64() {
            Some(whole) => Value::Integer(whole),
            None if number.to_string().contains(['.', 'e', 'E']) => Value::Float(number.clone()),
            None => {
                let help = format!("whole numbers go up to {}", i64::MAX);
                return Err((format!("the number {number} is too large"), help));
            }
        },
        Json::Array(list) => Value::List(list.iter().map(|one| node(one, origin)).collect::<Result<_, _>>()?),
        Json::Object(table) => {
            let entry = |(key, value): (&String, &Json)| {
                Ok(Entry { key: key.clone(), key_origin: origin.clone(), node: node(value, origin)? })
            };
            Value::Table(table.iter().map(entry).collect::<Result<_, Refusal>>()?)
        }
    };
    Ok(Node { origin: origin.clone(), value })
}
