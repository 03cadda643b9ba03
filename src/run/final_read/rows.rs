//! Rows out of JSON.

use crate::json::Value;
use crate::record::FinalTable;

/// Adds a row: an object has a cell for each of its fields, anything else is one cell in the column `value`. Texts stay as
/// they are, numbers are in canonical form (`1.1` for `1.10` and `110e-2`), so that equal ones are equal cells; booleans are
/// printed, lists and objects stay JSON, null is no cell.
pub(super) fn push(row: &Value, table: &mut FinalTable) -> Result<(), String> {
    match row {
        Value::Object(fields) => {
            let cells: Vec<(&str, Option<String>)> =
                fields.iter().map(|(name, value)| (name.as_str(), text(value))).collect();
            table.push(cells.iter().map(|(name, cell)| (*name, cell.as_deref())))
        }
        other => table.push([("value", text(other).as_deref())]),
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.clone().canonical().to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    macro_rules! json {
        ($($value:tt)+) => { Value::from(serde_json::json!($($value)+)) };
    }

    #[test]
    fn every_kind_of_value_has_its_text() {
        let mut table = FinalTable::default();
        push(&json!({"t": "x", "n": 1.50, "b": true, "o": {"a": [1]}, "z": null}), &mut table)
            .expect("a row");
        push(&json!(7), &mut table).expect("a row");
        push(&json!(["a"]), &mut table).expect("a row");
        let cell = |row, name| table.column(name).and_then(|column| table.text(row, column));
        assert_eq!(cell(0, "t"), Some("x"));
        assert_eq!(cell(0, "n"), Some("1.5"));
        assert_eq!(cell(0, "b"), Some("true"));
        assert_eq!(cell(0, "o"), Some("{\"a\":[1]}"));
        assert_eq!(cell(0, "z"), None);
        assert_eq!((cell(1, "value"), cell(2, "value")), (Some("7"), Some("[\"a\"]")));
    }
}
