//! Keys that no plan has; and numbers, set from outside, where a plan has text.

use super::path::{Segment, Shown};
use super::{Entry, Node, Value};
use crate::plan::nearest::{instead, nearest};
use crate::plan::schema::Shape;
use crate::plan::{Diagnostic, Origin};

/// Reports every key that is not known and takes it out; where a known key was probably meant, that one counts as
/// reported, and is not missed as well. `--set …env.X=1` becomes the text `1` where only text can stand.
pub(crate) fn shape(root: &mut Node, problems: &mut Vec<Diagnostic>) {
    walk(root, Shape::plan(), &mut Vec::new(), problems);
}

fn walk(node: &mut Node, shape: Shape, path: &mut Vec<Segment>, problems: &mut Vec<Diagnostic>) {
    if matches!(node.origin, Origin::Set(_)) && shape.is_text_alone() {
        let text = match &node.value {
            Value::Integer(number) => Some(number.to_string()),
            Value::Float(number) => Some(number.to_string()),
            Value::Boolean(truth) => Some(truth.to_string()),
            _ => None,
        };
        node.value = text.map_or_else(|| std::mem::replace(&mut node.value, Value::Reported), Value::Text);
    }
    match &mut node.value {
        Value::Table(entries) => {
            // A table where none can be is a type error, and told as one.
            if !shape.is_table() && shape.keys().is_some() {
                return;
            }
            let given: Vec<String> = entries.iter().map(|entry| entry.key.clone()).collect();
            entries.retain_mut(|entry| {
                let Some(child) = shape.child(&entry.key) else {
                    problems.push(unknown(entry, shape, path));
                    let meant = nearest(&entry.key, shape.keys().unwrap_or_default());
                    return meant.filter(|key| !given.iter().any(|other| other == key)).is_some_and(|key| {
                        entry.key = key.to_owned();
                        entry.node.value = Value::Reported;
                        true
                    });
                };
                path.push(Segment::Key(entry.key.clone()));
                walk(&mut entry.node, child, path, problems);
                path.pop();
                true
            });
        }
        Value::List(list) => {
            let Some(item) = shape.item() else { return };
            for (index, element) in list.iter_mut().enumerate() {
                path.push(Segment::Index(index));
                walk(element, item, path, problems);
                path.pop();
            }
        }
        _ => {}
    }
}

fn unknown(entry: &Entry, shape: Shape, path: &[Segment]) -> Diagnostic {
    let key = &entry.key;
    let known = shape.keys().unwrap_or_default();
    let message = if path.is_empty() {
        format!("unknown key `{key}`")
    } else {
        format!("unknown key `{key}` in `{}`", Shown(path))
    };
    let top = !path.is_empty() && Shape::plan().child(key).is_some();
    let help = match nearest(key, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if top && matches!(entry.node.value, Value::Table(_) | Value::List(_)) => {
            let several = Shape::plan().child(key).is_some_and(|section| section.item().is_some());
            let header = if several { format!("[[{key}]]") } else { format!("[{key}]") };
            format!("`{key}` is a section of its own: `{header}`")
        }
        None if top => format!("`{key}` belongs to the plan itself: write it above the first `[section]`"),
        None => instead(key, "keys here", known),
    };
    Diagnostic::error(entry.key_origin.clone(), message, help)
}
