//! EDN, as far as histories need it: maps of keywords, one a line, or one list or vector of them.

mod reader;

use super::trouble::{Place, Trouble};
use crate::json::Value;
use reader::Reader;

/// The key under which a tuple of key and value is kept (`#jepsen.independent/tuple [k v]`). No keyword has a space.
pub(super) const TUPLE: &str = "independent tuple";

/// Whether a text is EDN rather than JSON: only there does a map begin with a keyword, a list with a parenthesis, a
/// document with a tag or a comment. A vector is JSON if its first map begins with a text.
pub(super) fn looks_like(text: &str) -> bool {
    let skipped = |text: &str| text.trim_start_matches([' ', '\t', ',', '\n', '\r']).to_owned();
    let head: String = skipped(text).chars().take(LOOK).collect();
    if let Some(inside) = head.strip_prefix('{') {
        return skipped(inside).starts_with(':');
    }
    if let Some(inside) = head.strip_prefix('[') {
        let first = skipped(inside);
        return !first.strip_prefix('{').is_some_and(|map| skipped(map).starts_with(['"', '}']));
    }
    head.starts_with(['(', '#', ';'])
}

/// So many characters tell EDN from JSON.
const LOOK: usize = 1_000;

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

/// One value that stands alone in a line.
pub(super) fn value(name: &str, line: u32, text: &str) -> Result<Value, Trouble> {
    let mut reader = Reader::at_line(name, text, line);
    reader.skip()?;
    reader.value()
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
