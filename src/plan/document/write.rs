//! From the tree back to TOML.

use super::{Node, Value};

/// The tree as TOML text, that reads back to the same values.
pub(crate) fn write(root: &Node) -> String {
    let text = toml::to_string(&plain(root)).expect("a tree that was read as TOML can be written as TOML");
    let mut pieces = text.split(OPEN);
    let mut written = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        match piece.split_once(CLOSE) {
            Some((number, rest)) => written.extend([number, rest]),
            None => written.extend([OPEN, piece]),
        }
    }
    written
}

/// The TOML library writes a float by its value, and `1.10` would become `1.1`: a number stands between these marks while
/// the library writes, and alone when it has.
const OPEN: &str = "\"$shakedown-number:";
const CLOSE: &str = ":shakedown-number$\"";

fn plain(node: &Node) -> toml::Value {
    match &node.value {
        Value::Text(text) => toml::Value::String(text.clone()),
        Value::Integer(number) => toml::Value::Integer(*number),
        Value::Float(number) => {
            toml::Value::String(format!("{}{number}{}", &OPEN[1..], &CLOSE[..CLOSE.len() - 1]))
        }
        Value::Boolean(truth) => toml::Value::Boolean(*truth),
        Value::List(list) => toml::Value::Array(list.iter().map(plain).collect()),
        Value::Table(entries) => {
            toml::Value::Table(entries.iter().map(|entry| (entry.key.clone(), plain(&entry.node))).collect())
        }
        Value::Reported => toml::Value::String(String::new()),
    }
}
