//! From the tree to the plan, with every value that does not fit reported, not just the first.

use super::mismatch::{A_TABLE, Mismatch};
use super::path::{Segment, Shown};
use super::{Node, Value};
use crate::plan::nearest::listed;
use crate::plan::schema::Shape;
use crate::plan::{Diagnostic, Plan};
use serde::Deserialize;

/// How many wrong values are told in one go.
const MOST: usize = 100;

/// Reads the plan. A value that does not fit is reported and passed over, and reading starts again without it, until the
/// rest fits: so each mistake is told once and none hides another. `None` if anything was reported here.
pub(crate) fn collect(root: &Node, problems: &mut Vec<Diagnostic>) -> Option<Plan> {
    let mut rest = root.clone();
    let mut whole = true;
    for _ in 0..MOST {
        let mut mismatch = match Plan::deserialize(&rest) {
            Ok(plan) => return whole.then_some(plan),
            Err(mismatch) => mismatch,
        };
        whole = false;
        mismatch.path.reverse();
        problems.extend(report(&mut rest, &mismatch));
        if mismatch.path.is_empty() {
            return None;
        }
        if let Some(node) = rest.at_mut(&mismatch.path) {
            node.value = Value::Reported;
        }
    }
    None
}

/// What to say of a mismatch; nothing where it only follows from one told before.
fn report(root: &mut Node, mismatch: &Mismatch) -> Option<Diagnostic> {
    let path = &mismatch.path;
    let node = root.at_mut(path)?;
    if let Some(key) = mismatch.missing {
        // The key is there, was wrong, and has been reported.
        if node.get(key).is_some() {
            return None;
        }
        let owner = if path.is_empty() { "the plan".to_owned() } else { format!("`{}`", Shown(path)) };
        let help = match describe(path, key) {
            Some(about) => format!("add `{key}`: {about}"),
            None => format!("add `{key}`"),
        };
        return Some(Diagnostic::error(node.origin.clone(), format!("{owner} has no `{key}`"), help));
    }
    let message = match mismatch.message.strip_prefix("is ") {
        Some(rest) => format!("`{}` is {rest}", Shown(path)),
        None => mismatch.message.clone(),
    };
    let help = mismatch.help.as_deref().map(|help| specific(help, path)).or_else(|| {
        let (last, before) = path.split_last()?;
        let Segment::Key(key) = last else { return None };
        describe(before, key).map(|about| format!("`{key}`: {about}"))
    });
    Some(Diagnostic { help, ..Diagnostic::error(node.origin.clone(), message, "") })
}

/// Help with the section's own name and keys, where it speaks of a section or a table.
fn specific(help: &str, path: &[Segment]) -> String {
    let keys = path.iter().filter_map(|segment| match segment {
        Segment::Key(key) => Some(key.as_str()),
        Segment::Index(_) => None,
    });
    let header = keys.collect::<Vec<_>>().join(".");
    let table = shape(path).and_then(Shape::keys).filter(|keys| !keys.is_empty());
    match table {
        Some(keys) if help == A_TABLE => format!("{help}; its keys are {}", listed(keys)),
        _ => help.replace("[section]", &format!("[{header}]")),
    }
}

/// What the schema says of a place.
fn shape(path: &[Segment]) -> Option<Shape> {
    path.iter().try_fold(Shape::plan(), |shape, segment| match segment {
        Segment::Key(key) => shape.child(key),
        Segment::Index(_) => shape.item(),
    })
}

/// What the reference says of a key.
fn describe(path: &[Segment], key: &str) -> Option<&'static str> {
    shape(path)?.child(key)?.description()?.lines().next()
}
