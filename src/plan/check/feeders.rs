//! Feeders: files that are there, with rows that are whole.

use super::{Findings, Subject};
use crate::json::Value as Json;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
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
    let opened = match File::open(file) {
        Ok(opened) if file.is_file() => opened,
        Ok(_) => return trouble(format!("`{shown}` is not a file"), "name a `.csv` or `.jsonl` file"),
        Err(error) => {
            let help = "the path is relative to the file that names it";
            return trouble(format!("the feeder's file `{shown}` cannot be read: {error}"), help);
        }
    };
    let columns = match file.extension().and_then(|extension| extension.to_str()) {
        Some("csv") => csv_columns(file, opened)?,
        Some("jsonl" | "ndjson") => json_columns(file, opened)?,
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
fn csv_columns(file: &Path, opened: File) -> Result<Vec<String>, Trouble> {
    let shown = file.display();
    let mut reader = csv::Reader::from_reader(BufReader::new(opened));
    let header = match reader.headers() {
        Ok(header) => header.iter().map(|name| name.trim().to_owned()).collect::<Vec<_>>(),
        Err(error) => {
            return trouble(format!("`{shown}` is not CSV: {error}"), "save it as UTF-8 text with commas");
        }
    };
    let mut row = csv::StringRecord::new();
    let mut rows: u64 = 0;
    loop {
        match reader.read_record(&mut row) {
            Ok(true) => rows += 1,
            Ok(false) if rows == 0 => {
                return trouble(
                    format!("`{shown}` has no rows"),
                    "below the column names, write a row a line",
                );
            }
            Ok(false) => return Ok(header),
            Err(error) => return Err(csv_trouble(file, &header, &error)),
        }
    }
}

fn csv_trouble(file: &Path, header: &[String], error: &csv::Error) -> Trouble {
    let shown = file.display();
    match error.kind() {
        csv::ErrorKind::UnequalLengths { pos, len, .. } => {
            let line = pos.as_ref().map_or(0, csv::Position::line);
            let message = format!("`{shown}:{line}`: the row has {len} of {} columns", header.len());
            Trouble {
                message,
                help: "give every row as many columns; a value with a comma stands in double quotes",
            }
        }
        _ => Trouble { message: format!("`{shown}`: {error}"), help: "save it as UTF-8 text with commas" },
    }
}

/// The columns of a JSON-lines file, every line of which is an object with at least those of the first.
fn json_columns(file: &Path, opened: File) -> Result<Vec<String>, Trouble> {
    const HELP: &str = "write an object a line, each with the same keys: {\"name\": \"ann\", \"age\": 30}";
    let shown = file.display();
    let mut columns: Option<Vec<String>> = None;
    for (number, line) in BufReader::new(opened).lines().enumerate() {
        let at = format!("{shown}:{}", number + 1);
        let line = match line {
            Ok(line) => line,
            Err(error) => return trouble(format!("`{at}`: {error}"), "save it as UTF-8 text"),
        };
        if line.trim().is_empty() {
            continue;
        }
        let row = match Json::parse(line.as_bytes()) {
            Ok(Json::Object(row)) => row,
            Ok(_) => return trouble(format!("`{at}` is not a JSON object"), HELP),
            Err(error) => {
                return trouble(format!("`{at}` is not JSON: it breaks at column {}", error.column), HELP);
            }
        };
        match &columns {
            None => columns = Some(row.keys().cloned().collect()),
            Some(first) => {
                if let Some(missing) = first.iter().find(|key| !row.contains_key(*key)) {
                    return trouble(format!("`{at}`: the row has no `{missing}`, the first row has"), HELP);
                }
            }
        }
    }
    columns.map_or_else(|| trouble(format!("`{shown}` has no rows"), HELP), Ok)
}
