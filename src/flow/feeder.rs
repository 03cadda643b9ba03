//! Rows of data from files.

use super::random::Chance;
use super::value::Value;
use crate::plan::model::{Feeder, FeederOrder};
use crate::tabular::{self, RowError};
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
        .map_err(|error| here(format!("{}:{error}", feeder.file)))?;
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

fn csv(bytes: &[u8]) -> Result<Table, RowError> {
    let mut records = tabular::csv(bytes)?.into_iter();
    let columns = records.next().map(|first| first.fields).unwrap_or_default();
    let columns: Vec<String> = columns.iter().map(|name| name.trim().to_owned()).collect();
    for (place, name) in columns.iter().enumerate() {
        if columns[..place].contains(name) {
            return Err(RowError {
                line: 1,
                column: None,
                what: format!("the column `{name}` is named twice"),
            });
        }
    }
    let rows = records.map(|record| record.fields.into_iter().map(Value::Text).collect());
    Ok((columns, rows.collect()))
}

fn json_lines(bytes: &[u8]) -> Result<Table, RowError> {
    let tabular::Rows { columns, rows } = tabular::json_lines(bytes)?;
    let rows = rows.into_iter().map(|row| row.into_iter().map(Value::from).collect());
    Ok((columns, rows.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Value as Json;

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
            ("p.csv", "a,b\n1,\"2\n3,4\n", "p.csv:2:3: the quotation mark that opens here is never closed"),
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
