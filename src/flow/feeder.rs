//! Rows of data from files.

use super::random::Chance;
use super::value::Value;
use crate::json::Value as Json;
use crate::plan::model::{Feeder, FeederOrder};
use std::path::Path;

/// A feeder's file, read.
#[derive(Debug)]
pub(super) struct Rows {
    /// The feeder's name.
    pub(super) name: String,
    /// In which order rows are handed out.
    pub(super) order: FeederOrder,
    /// The names of the columns.
    pub(super) columns: Vec<String>,
    rows: Vec<Box<[Value]>>,
}

impl Rows {
    /// Reads the feeder's file. The error names the feeder, the file and the line.
    pub(super) fn load(feeder: &Feeder, directory: &Path) -> Result<Rows, String> {
        let path = directory.join(&feeder.file);
        let here = |what: String| format!("feeder `{}`: {what}", feeder.name);
        let bytes = std::fs::read(&path).map_err(|error| {
            here(format!("`{}` cannot be read: {error}; paths are relative to the plan's file", feeder.file))
        })?;
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        let (columns, rows) = match extension.to_ascii_lowercase().as_str() {
            "csv" => csv(&bytes),
            "jsonl" | "ndjson" => json_lines(&bytes),
            _ => return Err(here(format!("`{}`: the name must end in .csv or .jsonl", feeder.file))),
        }
        .map_err(|(line, what)| here(format!("{}:{line}: {what}", feeder.file)))?;
        if rows.is_empty() {
            return Err(here(format!("`{}` has no rows", feeder.file)));
        }
        Ok(Rows { name: feeder.name.clone(), order: feeder.order, columns, rows })
    }

    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The row for the `turn`-th session (or, with unique rows, for the user of this number); `None` if a feeder with
    /// unique rows has none left.
    pub(super) fn row(&self, turn: u64, user: u64, chance: &mut Chance) -> Option<usize> {
        let rows = self.rows.len() as u64;
        let row = match self.order {
            FeederOrder::Sequential => turn % rows,
            FeederOrder::Random => chance.below(rows),
            FeederOrder::Unique => user,
        };
        (row < rows).then_some(row as usize)
    }

    /// The value of a column in a row that [`Rows::row`] gave.
    pub(super) fn value(&self, row: usize, column: usize) -> &Value {
        &self.rows[row][column]
    }
}

type Table = (Vec<String>, Vec<Box<[Value]>>);
/// The line, from 1, and what is wrong there.
type Wrong = (u64, String);

fn csv(bytes: &[u8]) -> Result<Table, Wrong> {
    let wrong = |error: csv::Error| {
        let line = error.position().map_or(1, csv::Position::line);
        match error.kind() {
            csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                (line, format!("{len} values where the first line names {expected_len} columns"))
            }
            csv::ErrorKind::Utf8 { .. } => (line, "not UTF-8".into()),
            _ => (line, error.to_string()),
        }
    };
    let mut reader = csv::ReaderBuilder::new().from_reader(bytes);
    let columns: Vec<String> =
        reader.headers().map_err(wrong)?.iter().map(|name| name.trim().to_owned()).collect();
    for (place, name) in columns.iter().enumerate() {
        if columns[..place].contains(name) {
            return Err((1, format!("the column `{name}` is named twice")));
        }
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        rows.push(record.map_err(wrong)?.iter().map(|text| Value::Text(text.to_owned())).collect());
    }
    Ok((columns, rows))
}

/// The columns are the keys of the first object; every other line must have them too.
fn json_lines(bytes: &[u8]) -> Result<Table, Wrong> {
    let mut columns: Vec<String> = Vec::new();
    let mut rows = Vec::new();
    for (number, line) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
        if line.trim_ascii().is_empty() {
            continue;
        }
        let mut object = match Json::parse(line) {
            Ok(Json::Object(object)) => object,
            Ok(_) => return Err((number, "not a JSON object".into())),
            Err(error) => {
                return Err((
                    number,
                    format!("not a JSON object: {} at column {}", error.what, error.column),
                ));
            }
        };
        if rows.is_empty() {
            columns = object.keys().cloned().collect();
        }
        let mut row = Vec::with_capacity(columns.len());
        for column in &columns {
            let value = object.remove(column).ok_or_else(|| {
                (
                    number,
                    format!(
                        "`{column}`, which the first line has, is missing; write null where there is none"
                    ),
                )
            })?;
            row.push(Value::from(value));
        }
        rows.push(row.into());
    }
    Ok((columns, rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    macro_rules! json {
        ($($value:tt)+) => { Json::from(serde_json::json!($($value)+)) };
    }

    fn load(file: &str, content: &str, order: FeederOrder) -> Result<Rows, String> {
        let directory = tempfile::tempdir().expect("a directory");
        std::fs::write(directory.path().join(file), content).expect("writes");
        Rows::load(&Feeder { name: "people".into(), file: file.into(), order }, directory.path())
    }

    #[test]
    fn csv_is_text_and_json_lines_keep_their_types() {
        let rows =
            load("p.csv", "\u{feff}id, name\n1,\"Ann, B\"\n2,Bob\n", FeederOrder::Sequential).expect("csv");
        assert_eq!(rows.columns, ["id", "name"]);
        assert_eq!(rows.value(0, 1), &Value::Text("Ann, B".into()));
        assert_eq!(rows.value(1, 0), &Value::Text("2".into()));
        let rows = load(
            "p.jsonl",
            "{\"id\":1,\"x\":[2]}\n\n{\"id\":null,\"x\":\"y\",\"more\":0}",
            FeederOrder::Sequential,
        )
        .expect("jsonl");
        assert_eq!(rows.value(0, 0), &Value::Int(1));
        assert_eq!(rows.value(0, 1), &Value::Json(json!([2])));
        assert_eq!(rows.value(1, 0), &Value::Json(json!(null)));
    }

    #[test]
    fn mistakes_name_file_and_line() {
        for (file, content, words) in [
            ("p.csv", "a,b\n1,2\n3\n", "p.csv:3: 1 values where the first line names 2 columns"),
            ("p.csv", "a,a\n1,2\n", "p.csv:1: the column `a` is named twice"),
            ("p.csv", "a,b\n", "`p.csv` has no rows"),
            ("p.jsonl", "{\"a\":1}\n{\"b\":1}\n", "p.jsonl:2: `a`, which the first line has, is missing"),
            ("p.jsonl", "{\"a\":1}\n[]\n", "p.jsonl:2: not a JSON object"),
            ("p.jsonl", "\n", "`p.jsonl` has no rows"),
            ("p.txt", "a", "must end in .csv or .jsonl"),
        ] {
            let error = load(file, content, FeederOrder::Sequential).expect_err(words);
            assert!(error.starts_with("feeder `people`: "), "{error}");
            assert!(error.contains(words), "{error}");
        }
        let missing = Feeder { name: "x".into(), file: "none.csv".into(), order: FeederOrder::Random };
        let error = Rows::load(&missing, Path::new("/nowhere")).expect_err("missing");
        assert!(error.contains("`none.csv` cannot be read"), "{error}");
    }

    #[test]
    fn orders() {
        let mut chance = Chance::new(1, 1, 0);
        let mut rows = |order, turn, user| {
            load("p.csv", "a\n1\n2\n3\n", order).expect("csv").row(turn, user, &mut chance)
        };
        assert_eq!(rows(FeederOrder::Sequential, 4, 0), Some(1));
        assert_eq!(rows(FeederOrder::Unique, 9, 2), Some(2));
        assert_eq!(rows(FeederOrder::Unique, 0, 3), None);
        let drawn: std::collections::BTreeSet<_> = (0..50).map(|_| rows(FeederOrder::Random, 0, 0)).collect();
        assert_eq!(drawn, [Some(0), Some(1), Some(2)].into());
    }
}
