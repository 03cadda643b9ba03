//! From the tree back to TOML.

use super::{Node, Value};

/// The tree as TOML text, that reads back to the same values.
pub(crate) fn write(root: &Node) -> String {
    toml::to_string(&plain(root)).expect("a tree that was read as TOML can be written as TOML")
}

fn plain(node: &Node) -> toml::Value {
    match &node.value {
        Value::Text(text) => toml::Value::String(text.clone()),
        Value::Integer(number) => toml::Value::Integer(*number),
        Value::Float(number) => toml::Value::Float(*number),
        Value::Boolean(truth) => toml::Value::Boolean(*truth),
        Value::List(list) => toml::Value::Array(list.iter().map(plain).collect()),
        Value::Table(entries) => {
            toml::Value::Table(entries.iter().map(|entry| (entry.key.clone(), plain(&entry.node))).collect())
        }
        Value::Reported => toml::Value::String(String::new()),
    }
}
