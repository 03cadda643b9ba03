//! JSON lines: an object a line, the columns those of the first.

use super::RowError;
use crate::json::{Value, without_bom};

/// Rows with named columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    /// The names of the columns.
    pub columns: Vec<String>,
    /// The rows; each has a value for every column.
    pub rows: Vec<Vec<Value>>,
}

/// Reads JSON lines. A byte order mark at the beginning and lines that are empty are passed over. The columns are the names
/// of the first object; every other line must have them too, and may have more, which are not kept.
///
/// # Errors
/// If a line is not JSON, not an object, or lacks a column; with the place.
pub fn json_lines(text: &[u8]) -> Result<Rows, RowError> {
    let mut found = Rows::default();
    for (line, text) in (1..).zip(without_bom(text).split(|byte| *byte == b'\n')) {
        if text.trim_ascii().is_empty() {
            continue;
        }
        let wrong =
            |column: Option<usize>, what: String| RowError { line, column: column.map(|at| at as u64), what };
        let mut object = match Value::parse(text) {
            Ok(Value::Object(object)) => object,
            Ok(_) => return Err(wrong(None, "not a JSON object".to_owned())),
            Err(error) => return Err(wrong(Some(error.column), format!("not JSON: {}", error.what))),
        };
        if found.rows.is_empty() {
            found.columns = object.keys().cloned().collect();
        }
        let mut row = Vec::with_capacity(found.columns.len());
        for column in &found.columns {
            let value = object.remove(column).ok_or_else(|| {
                let what = format!(
                    "`{column}`, which the first line has, is missing; write null where there is none"
                );
                wrong(None, what)
            })?;
            row.push(value);
        }
        found.rows.push(row);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_become_rows_and_numbers_keep_their_text() {
        let rows = json_lines(
            b"\xef\xbb\xbf{\"b\":1.10,\"a\":18446744073709551617}\r\n\n{\"a\":null,\"b\":\"x\",\"c\":0}",
        );
        let rows = rows.expect("rows");
        assert_eq!(rows.columns, ["a", "b"]);
        let texts: Vec<String> = rows.rows.concat().iter().map(Value::to_string).collect();
        assert_eq!(texts, ["18446744073709551617", "1.10", "null", "\"x\""]);
    }

    #[test]
    fn what_is_wrong_has_its_place() {
        for (text, wanted) in [
            ("{\"a\":1}\n{\"a\":}", "2:6: not JSON: a value is expected"),
            ("[]", "1: not a JSON object"),
            ("{\"a\":1}\n{\"b\":1}", "2: `a`, which the first line has, is missing"),
        ] {
            let error = json_lines(text.as_bytes()).expect_err(text).to_string();
            assert!(error.starts_with(wanted), "{error}");
        }
    }
}
