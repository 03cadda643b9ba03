//! JSON: one object a line, or one array of objects.

use super::trouble::{Place, Trouble, short};
use crate::json::{JsonError, Value, elements};

const HELP: &str =
    r#"each line is one object, such as {"process":0,"type":"invoke","f":"read","value":null}"#;

/// The objects, with their places. Empty lines mean nothing.
pub(super) fn entries(name: &str, text: &str) -> Result<Vec<(Place, Value)>, Trouble> {
    if text.trim_start().starts_with('[') {
        return array(name, text);
    }
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let place = Place { line: number as u32 + 1, column: None };
        let value = Value::parse(line.as_bytes()).map_err(|error| wrong(name, place.line, &error))?;
        found.push((place, object(name, place, value)?));
    }
    Ok(found)
}

/// The elements of an array, each with its line.
fn array(name: &str, text: &str) -> Result<Vec<(Place, Value)>, Trouble> {
    let elements = elements(text.as_bytes()).map_err(|error| wrong(name, 1, &error))?;
    let (mut at, mut line) = (0, 1);
    let mut found = Vec::with_capacity(elements.len());
    for (byte, value) in elements {
        line += text.as_bytes()[at..byte].iter().filter(|byte| **byte == b'\n').count() as u32;
        at = byte;
        let place = Place { line, column: None };
        found.push((place, object(name, place, value)?));
    }
    Ok(found)
}

fn object(name: &str, place: Place, value: Value) -> Result<Value, Trouble> {
    if value.is_object() {
        return Ok(value);
    }
    Err(place.trouble(name, format!("{} is not an object", short(&value.to_string())), HELP))
}

/// The message about JSON that begins in this line.
fn wrong(name: &str, line: u32, error: &JsonError) -> Trouble {
    let line = line + (error.line as u32).saturating_sub(1);
    let place = Place { line, column: Some(error.column as u32) };
    place.trouble(name, format!("not JSON: {}", error.what), HELP)
}
