//! Whether keys stand in the values though nobody said so: Jepsen's `history.edn` prints the tuples of `independent` as
//! plain vectors.

use super::Function;
use super::entry::is_nemesis;
use super::trouble::Place;
use crate::json::{Map, Value};

/// Whether every invocation's value is a pair, as only a key and a value can be: a read is invoked without a value, so
/// that `[7, null]` is a key and no value; and what a cas is invoked with is itself a pair.
pub(super) fn in_every_value(lines: &[(Place, Value)]) -> bool {
    let mut reads = 0;
    for map in lines.iter().filter_map(|(_, value)| value.as_object()).filter(|map| is_invocation(map)) {
        let function = Function::named(map.get("f").and_then(Value::as_str).unwrap_or_default());
        let Some([_, second]) = map.get("value").and_then(Value::as_array).map(Vec::as_slice) else {
            return false;
        };
        let fits = match function {
            Function::Read => second.is_null(),
            Function::Cas => second.as_array().is_some_and(|ends| ends.len() == 2),
            _ => true,
        };
        if !fits || map.get("key").is_some_and(|key| !key.is_null()) {
            return false;
        }
        reads += u64::from(function == Function::Read);
    }
    reads > 0
}

fn is_invocation(map: &Map) -> bool {
    let text = |field: &str| map.get(field).and_then(Value::as_str);
    text("type") == Some("invoke") && !text("process").is_some_and(is_nemesis)
}
