//! JSON lines: one object a line.

use super::trouble::{Place, Trouble, short};
use serde_json::Value;

/// The objects, with their places. Empty lines mean nothing.
pub(super) fn entries(name: &str, text: &str) -> Result<Vec<(Place, Value)>, Trouble> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let line_number = number as u32 + 1;
        let value: Value = serde_json::from_str(line).map_err(|error| {
            let column = (error.column() > 0).then_some(error.column() as u32);
            Place { line: line_number, column }.trouble(
                name,
                format!("not JSON: {}", plain(&error.to_string())),
                r#"each line is one object, such as {"process":0,"type":"invoke","f":"read","value":null}"#,
            )
        })?;
        let place = Place { line: line_number, column: None };
        if !value.is_object() {
            return Err(place.trouble(
                name,
                format!("{} is not an object", short(&value.to_string())),
                r#"each line is one object, such as {"process":0,"type":"invoke","f":"read","value":null}"#,
            ));
        }
        found.push((place, value));
    }
    Ok(found)
}

/// The reason without its place in the line, which stands before it.
fn plain(error: &str) -> &str {
    error.rfind(" at line ").map_or(error, |end| &error[..end])
}
