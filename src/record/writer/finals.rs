//! `final-<name>-<n>.arrows`: a file for each snapshot of a final read. Written by whoever read it, not by the writer's
//! thread: it is one file, and the load is over.

use super::arrow_file::ArrowFile;
use super::columns::Texts;
use super::message::Column;
use super::output::Failure;
use super::turns::Turns;
use crate::record::disk::Files;
use crate::record::folder::final_file;
use crate::record::{FileSeal, FinalTable, RecordError, schema};
use std::collections::BTreeMap;
use std::path::Path;

/// Rows of a batch.
const MOST_ROWS: usize = 16 * 1024;
/// Bytes of text in a batch; a column's offsets have 32 bits.
const MOST_TEXT: usize = 16 << 20;

/// The snapshots written so far.
#[derive(Debug, Default)]
pub(in crate::record) struct Finals {
    numbers: BTreeMap<String, u32>,
    seals: BTreeMap<String, FileSeal>,
    rows: u64,
    lost: u64,
}

impl Finals {
    /// Writes and seals one snapshot.
    pub(in crate::record) fn write(
        &mut self,
        files: &dyn Files,
        folder: &Path,
        table: &FinalTable,
        failure: &Failure,
    ) -> Result<(), RecordError> {
        let name = self.next_name(&table.name);
        let made = ArrowFile::create(files, &folder.join(&name), schema::final_rows(table), failure);
        let mut file = made.inspect_err(|error| {
            self.lost += table.len() as u64;
            failure.set(error.to_string());
        })?;
        let mut row = 0;
        while row < table.len() {
            let end = row + batch(table, row);
            let mut columns = columns(table, row, end);
            let mut columns: Vec<&mut dyn Column> =
                columns.iter_mut().map(|column| column as &mut dyn Column).collect();
            file.append(end - row, &mut columns, &mut Turns::new(true));
            row = end;
        }
        self.rows += file.written();
        self.lost += file.lost();
        self.seals.extend(file.seal().map(|seal| (name, seal)));
        Ok(())
    }

    fn next_name(&mut self, read: &str) -> String {
        let mut number = 1;
        // Two names may look the same as part of a file name.
        self.numbers
            .entry(final_file(read, 0))
            .and_modify(|last| {
                *last += 1;
                number = *last;
            })
            .or_insert(1);
        final_file(read, number)
    }

    /// Adds what was written, and what was not, to the manifest's counts and seals.
    pub(in crate::record) fn close(
        &mut self,
        counts: &mut BTreeMap<String, u64>,
        seals: &mut BTreeMap<String, FileSeal>,
    ) {
        seals.append(&mut self.seals);
        if self.rows + self.lost > 0 {
            counts.insert("final_rows".to_owned(), self.rows);
            counts.insert("final_rows_lost".to_owned(), self.lost);
        }
    }
}

/// How many rows to write next.
fn batch(table: &FinalTable, from: usize) -> usize {
    let mut text = 0;
    let rows = (from..table.len()).take(MOST_ROWS).take_while(|row| {
        let fits = text < MOST_TEXT;
        text += table.row_bytes(*row);
        fits
    });
    rows.count()
}

fn columns(table: &FinalTable, from: usize, to: usize) -> Vec<Texts> {
    (0..table.columns.len())
        .map(|column| {
            let mut texts = Texts::default();
            texts.extend((from..to).map(|row| table.text(row, column)));
            texts
        })
        .collect()
}
