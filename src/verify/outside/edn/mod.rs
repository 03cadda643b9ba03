//! EDN, as far as histories need it: maps of keywords, one a line, or one list or vector of them.

mod reader;

use super::trouble::{Place, Trouble};
use reader::Reader;
use serde_json::Value;

/// The key under which a tuple of key and value is kept (`#jepsen.independent/tuple [k v]`). No keyword has a space.
pub(super) const TUPLE: &str = "independent tuple";

/// Whether a text is EDN rather than JSON lines: only there does a map begin with a keyword, a list with a parenthesis, a
/// document with a vector, a tag or a comment.
pub(super) fn looks_like(text: &str) -> bool {
    let text = text.trim_start();
    match text.strip_prefix('{') {
        Some(inside) => inside.trim_start_matches([' ', '\t', ',', '\n', '\r']).starts_with(':'),
        None => text.starts_with(['[', '(', '#', ';']),
    }
}

/// The maps, with their places.
pub(super) fn entries(name: &str, text: &str) -> Result<Vec<(Place, Value)>, Trouble> {
    let mut reader = Reader::new(name, text);
    let mut found = Vec::new();
    loop {
        let place = reader.skip()?;
        if reader.is_at_end() {
            return Ok(found);
        }
        if reader.opens_list() {
            reader.each(&mut |place, value| map(name, place, value, &mut found))?;
        } else {
            let value = reader.value()?;
            map(name, place, value, &mut found)?;
        }
    }
}

fn map(name: &str, place: Place, value: Value, found: &mut Vec<(Place, Value)>) -> Result<(), Trouble> {
    if !value.is_object() {
        return Err(place.trouble(
            name,
            format!("{} is not a map", super::trouble::short(&value.to_string())),
            "an operation is a map, such as {:process 0, :type :invoke, :f :read, :value nil}",
        ));
    }
    found.push((place, value));
    Ok(())
}
