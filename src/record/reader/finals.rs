//! Final reads as they are read back: of each, through each endpoint, the last snapshot before the load or after it.

use super::batches::{batches, schema};
use super::integrity::Integrity;
use crate::record::folder::final_number;
use crate::record::{FinalTable, RecordError};
use arrow_array::{Array, RecordBatch, StringArray};
use arrow_schema::Metadata;
use std::collections::BTreeMap;
use std::path::Path;

/// All files of final reads in the folder, whether or not the manifest names them.
pub(super) fn on_disk(folder: &Path) -> Result<Vec<String>, RecordError> {
    let told = |error: std::io::Error| RecordError::io("read", folder, &error);
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(told)? {
        let name = entry.map_err(told)?.file_name().to_string_lossy().into_owned();
        if final_number(&name).is_some() {
            names.push(name);
        }
    }
    Ok(names)
}

/// The last snapshot of each read through each endpoint, in the order in which they were first read.
pub(super) fn read(
    folder: &Path,
    integrity: &BTreeMap<String, Integrity>,
    baseline: bool,
) -> Result<Vec<FinalTable>, RecordError> {
    let mut files: Vec<(u32, &String)> =
        integrity.keys().filter_map(|name| Some((final_number(name)?, name))).collect();
    files.sort();
    let mut last: Vec<(FinalTable, &String)> = Vec::new();
    for (_, file) in files {
        let Some(schema) = schema(&folder.join(file), integrity[file])? else { continue };
        let head = head(schema.metadata());
        if head.baseline != baseline {
            continue;
        }
        let known =
            last.iter().position(|(table, _)| table.name == head.name && table.endpoint == head.endpoint);
        match known {
            Some(place) if last[place].0.snapshot <= head.snapshot => last[place] = (head, file),
            Some(_) => {}
            None => last.push((head, file)),
        }
    }
    last.into_iter().map(|(head, file)| rows(head, &folder.join(file), integrity[file])).collect()
}

fn head(metadata: &Metadata) -> FinalTable {
    let text = |key: &str| metadata.get(key).cloned().unwrap_or_default();
    let snapshot = text("snapshot").parse().unwrap_or_default();
    let mut head = FinalTable::new(&text("name"), &text("endpoint"), snapshot);
    head.settled = text("settled") == "true";
    head.ours_settled = text("ours_settled") == "true";
    head.continued = text("continued") == "true";
    head.baseline = text("kind") == "baseline";
    head.grown = text("grown").parse().ok();
    head.trouble = metadata.get("trouble").cloned();
    head
}

fn rows(mut table: FinalTable, path: &Path, integrity: Integrity) -> Result<FinalTable, RecordError> {
    for batch in batches(path, integrity, texts)? {
        let (names, columns) = batch?;
        let told = |reason| RecordError::Unreadable { path: path.to_owned(), reason };
        for name in &names {
            table.add_column(name).map_err(told)?;
        }
        for row in 0..columns.first().map_or(0, Array::len) {
            let cell = |column: &'_ StringArray| column.is_valid(row).then(|| column.value(row).to_owned());
            let cells: Vec<Option<String>> = columns.iter().map(cell).collect();
            let named = names.iter().map(String::as_str).zip(cells.iter().map(Option::as_deref));
            table.push(named).map_err(told)?;
        }
    }
    // Of a file that is cut nobody knows how many rows are missing.
    if integrity != Integrity::Whole {
        (table.settled, table.ours_settled, table.grown) = (false, false, None);
    }
    Ok(table)
}

/// The columns by name.
fn texts(batch: RecordBatch) -> Result<(Vec<String>, Vec<StringArray>), String> {
    let schema = batch.schema();
    let mut columns = Vec::new();
    for (field, column) in schema.fields().iter().zip(batch.columns()) {
        let typed = column.as_any().downcast_ref::<StringArray>();
        let wrong = || format!("column {} has type {}", field.name(), column.data_type());
        columns.push(typed.cloned().ok_or_else(wrong)?);
    }
    Ok((schema.fields().iter().map(|field| field.name().clone()).collect(), columns))
}
