//! How an included file and the plan that includes it become one.
//!
//! - Sections of which there may be several (`[[flow]]`, `[[setup.step]]`, `[[stack.service]]`, …) are joined: first
//!   those of the included files, in their order, then the plan's own.
//! - `[target]`, `[stack]`, `[setup]` and `[teardown]` are joined key by key; where both give a value, the including
//!   plan's wins.
//! - Anything else, `[load]` as a whole among it, is the including plan's where it gives one.

use super::{Entry, Node, Value};
use std::path::Path;

/// Sections of which there may be several.
const SEVERAL: [&str; 8] =
    ["probe", "feeder", "flow", "fault", "contract", "objective", "final", "invariant"];

/// Sections that are joined key by key.
const JOINED: [&str; 4] = ["target", "stack", "setup", "teardown"];

/// Lays `over` on `base`.
pub(super) fn merge(base: &mut Node, over: Node) {
    let Value::Table(entries) = over.value else { return };
    base.origin = over.origin;
    for entry in entries {
        match entry.key.as_str() {
            key if SEVERAL.contains(&key) => join_lists(base, entry),
            "counter" => join_lists(base, listed(entry)),
            key if JOINED.contains(&key) => join_tables(base, entry),
            _ => replace(base, entry),
        }
    }
}

/// `[counter]` as `[[counter]]`.
fn listed(mut entry: Entry) -> Entry {
    if matches!(entry.node.value, Value::Table(_)) {
        let origin = entry.node.origin.clone();
        let alone = std::mem::replace(&mut entry.node, Node { origin, value: Value::List(Vec::new()) });
        entry.node.value = Value::List(vec![alone]);
    }
    entry
}

fn replace(base: &mut Node, entry: Entry) {
    base.take(&entry.key);
    if let Value::Table(entries) = &mut base.value {
        entries.push(entry);
    }
}

fn join_lists(base: &mut Node, entry: Entry) {
    match (base.get_mut(&entry.key).map(|node| &mut node.value), entry.node.value) {
        (Some(Value::List(before)), Value::List(after)) => before.extend(after),
        (_, value) => replace(base, Entry { node: Node { value, ..entry.node }, ..entry }),
    }
}

/// Key by key, as deep as tables go; lists inside (steps, services, links) are joined.
fn join_tables(base: &mut Node, entry: Entry) {
    let Some(before) = base.get_mut(&entry.key).filter(|before| matches!(before.value, Value::Table(_)))
    else {
        return replace(base, entry);
    };
    let Value::Table(entries) = entry.node.value else { return replace(base, entry) };
    before.origin = entry.node.origin;
    for inner in entries {
        match (inner.key.as_str(), &inner.node.value) {
            ("step" | "service" | "link", Value::List(_)) => join_lists(before, inner),
            (_, Value::Table(_)) => join_tables(before, inner),
            _ => replace(before, inner),
        }
    }
}

/// Puts `prefix` before the relative paths of an included file, so that they start at the including plan.
pub(super) fn rebase(root: &mut Node, prefix: &Path) {
    if prefix.as_os_str().is_empty() {
        return;
    }
    let inside = |node: Option<&mut Node>, key: &str| {
        if let Some(Value::Text(file)) = node.and_then(|node| node.get_mut(key)).map(|node| &mut node.value) {
            *file = prefix.join(&*file).display().to_string();
        }
    };
    for key in ["ca", "client_certificate", "client_key"] {
        inside(root.get_mut("target"), key);
    }
    inside(root.get_mut("stack"), "file");
    for feeder in root.get_mut("feeder").map(Node::elements_mut).unwrap_or_default() {
        inside(Some(feeder), "file");
    }
    let services = root.get_mut("stack").and_then(|stack| stack.get_mut("service"));
    for service in services.map(Node::elements_mut).unwrap_or_default() {
        inside(Some(service), "directory");
    }
}
