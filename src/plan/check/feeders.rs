//! Feeders: files that are there, with rows that are whole.

use super::{Findings, Subject};
use crate::tabular::{self, RowError};
use std::collections::BTreeMap;
use std::path::Path;

/// The columns of each feeder; `None` where its file could not be read, and any column may be meant.
pub(super) type Columns = BTreeMap<String, Option<Vec<String>>>;

/// What is wrong with a file.
struct Trouble {
    message: String,
    help: &'static str,
}

pub(super) fn check(subject: &Subject<'_>, found: &mut Findings<'_>) -> Columns {
    let mut columns = Columns::new();
    for (i, feeder) in subject.plan.feeders.iter().enumerate() {
        let file = subject.directory.join(&feeder.file);
        let read = read(&file);
        if let Err(Trouble { message, help }) = &read {
            found.error(format!("feeder[{i}].file"), message, *help);
        }
        columns.insert(feeder.name.clone(), read.ok());
    }
    columns
}

fn trouble<T>(message: String, help: &'static str) -> Result<T, Trouble> {
    Err(Trouble { message, help })
}

fn read(file: &Path) -> Result<Vec<String>, Trouble> {
    let shown = file.display();
    if file.exists() && !file.is_file() {
        return trouble(format!("`{shown}` is not a file"), "name a `.csv` or `.jsonl` file");
    }
    let text = match std::fs::read(file) {
        Ok(text) => text,
        Err(error) => {
            let help = "the path is relative to the file that names it";
            return trouble(format!("the feeder's file `{shown}` cannot be read: {error}"), help);
        }
    };
    let columns = match file.extension().and_then(|extension| extension.to_str()) {
        Some("csv") => csv_columns(file, &text)?,
        Some("jsonl" | "ndjson") => json_columns(file, &text)?,
        _ => {
            let help = "name a `.csv` file (first line: column names) or a `.jsonl` file (an object a line)";
            return trouble(format!("`{shown}`: what kind of file is that?"), help);
        }
    };
    if let Some(twice) = columns.iter().enumerate().find_map(|(i, c)| columns[..i].contains(c).then_some(c)) {
        let message = format!("`{shown}:1`: two columns are called `{twice}`");
        return trouble(message, "give every column a name of its own");
    }
    Ok(columns)
}

/// The columns of a CSV file, every row of which has as many fields.
fn csv_columns(file: &Path, text: &[u8]) -> Result<Vec<String>, Trouble> {
    const HELP: &str = "give every row as many columns; a value with a comma, a quotation mark or a line end stands in double quotes, and a quotation mark in it is doubled";
    let records = tabular::csv(text).map_err(|error| wrong(file, &error, HELP))?;
    match records.as_slice() {
        [header, _, ..] => Ok(header.fields.iter().map(|name| name.trim().to_owned()).collect()),
        _ => {
            trouble(format!("`{}` has no rows", file.display()), "below the column names, write a row a line")
        }
    }
}

/// The columns of a JSON-lines file, every line of which is an object with at least those of the first.
fn json_columns(file: &Path, text: &[u8]) -> Result<Vec<String>, Trouble> {
    const HELP: &str = "write an object a line, each with the same keys: {\"name\": \"ann\", \"age\": 30}";
    let found = tabular::json_lines(text).map_err(|error| wrong(file, &error, HELP))?;
    match found.rows.is_empty() {
        true => trouble(format!("`{}` has no rows", file.display()), HELP),
        false => Ok(found.columns),
    }
}

fn wrong(file: &Path, error: &RowError, help: &'static str) -> Trouble {
    let place = error.column.map_or(String::new(), |column| format!(":{column}"));
    Trouble { message: format!("`{}:{}{place}`: {}", file.display(), error.line, error.what), help }
}
