//! JSON: one object a line, or one array of objects.

use super::trouble::{Place, Trouble, short};
use serde_json::{Deserializer, Value};

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
        let value = serde_json::from_str(line).map_err(|error| wrong(name, place.line, &error))?;
        found.push((place, object(name, place, value)?));
    }
    Ok(found)
}

/// The elements of an array, one by one, so that each has its line.
fn array(name: &str, text: &str) -> Result<Vec<(Place, Value)>, Trouble> {
    let mut found = Vec::new();
    let open = text.find('[').map_or(text.len(), |open| open + 1);
    let (mut at, mut line) = (open, lines_in(&text[..open]) + 1);
    loop {
        let rest = text[at..].trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        let next = text.len() - rest.len();
        line += lines_in(&text[at..next]);
        at = next;
        let place = Place { line, column: None };
        match rest.chars().next() {
            None => {
                return Err(place.trouble(
                    name,
                    "the array has no end",
                    "is it cut off? give the whole file",
                ));
            }
            Some(']') => return Ok(found),
            Some(_) => {}
        }
        let mut values = Deserializer::from_str(rest).into_iter::<Value>();
        let value = match values.next() {
            Some(value) => value.map_err(|error| wrong(name, line, &error))?,
            None => Value::Null,
        };
        let end = at + values.byte_offset();
        found.push((place, object(name, place, value)?));
        line += lines_in(&text[at..end]);
        at = end;
    }
}

fn lines_in(text: &str) -> u32 {
    text.bytes().filter(|byte| *byte == b'\n').count() as u32
}

fn object(name: &str, place: Place, value: Value) -> Result<Value, Trouble> {
    if value.is_object() {
        return Ok(value);
    }
    Err(place.trouble(name, format!("{} is not an object", short(&value.to_string())), HELP))
}

/// The message about JSON that begins in this line.
fn wrong(name: &str, line: u32, error: &serde_json::Error) -> Trouble {
    let column = (error.column() > 0).then_some(error.column() as u32);
    let line = line + (error.line() as u32).saturating_sub(1);
    Place { line, column }.trouble(name, format!("not JSON: {}", plain(&error.to_string())), HELP)
}

/// The reason without its place in the line, which stands before it.
fn plain(error: &str) -> &str {
    error.rfind(" at line ").map_or(error, |end| &error[..end])
}
