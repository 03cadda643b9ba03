//! The batches of an Arrow file, one after the other: those columns of them that are asked for.

use super::integrity::Integrity;
use crate::record::RecordError;
use arrow_array::RecordBatch;
use arrow_ipc::reader::StreamReader;
use arrow_schema::SchemaRef;
use std::cell::Cell;
use std::fs::File;
use std::io::{BufReader, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Once;

type Reader = StreamReader<BufReader<std::io::Take<File>>>;

/// The batches of one file, each turned into rows of its kind.
///
/// In a file that is whole, what cannot be understood is an error. In one that is torn it ends the reading, as does the
/// end of what may be used; that it is torn was said when the record was opened.
struct Batches<F> {
    path: PathBuf,
    whole: bool,
    /// Nothing when there is nothing more to read.
    reader: Option<Reader>,
    decode: F,
}

/// All columns of a file.
pub(super) fn batches<T, F: Fn(RecordBatch) -> Result<T, String>>(
    path: &Path,
    integrity: Integrity,
    decode: F,
) -> Result<impl Iterator<Item = Result<T, RecordError>> + use<T, F>, RecordError> {
    let whole = integrity == Integrity::Whole;
    Ok(Batches { path: path.to_owned(), whole, reader: open(path, integrity, None)?, decode })
}

/// These columns of a file; the others are neither inflated nor looked at. One that the file does not have is for `decode`
/// to miss.
pub(super) fn columns<T, F: Fn(RecordBatch) -> Result<T, String>>(
    path: &Path,
    integrity: Integrity,
    wanted: &[&str],
    decode: F,
) -> Result<impl Iterator<Item = Result<T, RecordError>> + use<T, F>, RecordError> {
    let whole = integrity == Integrity::Whole;
    let places = schema(path, integrity)?
        .map(|schema| wanted.iter().filter_map(|name| schema.index_of(name).ok()).collect());
    Ok(Batches { path: path.to_owned(), whole, reader: open(path, integrity, places)?, decode })
}

/// The columns of one file, and what is said about it; nothing if none of it may be used.
pub(super) fn schema(path: &Path, integrity: Integrity) -> Result<Option<SchemaRef>, RecordError> {
    Ok(open(path, integrity, None)?.map(|reader| reader.schema()))
}

fn open(
    path: &Path,
    integrity: Integrity,
    places: Option<Vec<usize>>,
) -> Result<Option<Reader>, RecordError> {
    let usable = match integrity {
        Integrity::Whole => u64::MAX,
        Integrity::Prefix(length) => length,
        Integrity::Unusable => return Ok(None),
    };
    let file = File::open(path).map_err(|error| RecordError::io("read", path, &error))?;
    let content = BufReader::with_capacity(256 * 1024, file.take(usable));
    match guarded(|| StreamReader::try_new(content, places).map_err(|error| error.to_string())) {
        Ok(reader) => Ok(Some(reader)),
        Err(reason) if integrity == Integrity::Whole => Err(unreadable(path, reason)),
        Err(_) => Ok(None),
    }
}

impl<T, F: Fn(RecordBatch) -> Result<T, String>> Iterator for Batches<F> {
    type Item = Result<T, RecordError>;

    fn next(&mut self) -> Option<Result<T, RecordError>> {
        let reader = self.reader.as_mut()?;
        let next = guarded(|| {
            let batch = reader.next().transpose().map_err(|error| error.to_string())?;
            batch.map(&self.decode).transpose()
        });
        if !matches!(next, Ok(Some(_))) {
            self.reader = None;
        }
        match next {
            Ok(rows) => rows.map(Ok),
            Err(reason) => self.whole.then(|| Err(unreadable(&self.path, reason))),
        }
    }
}

/// The last resort: damage that passed every check of ours and made the Arrow library panic is an error like any other, and
/// nothing that the user should read a backtrace of. The reader is given up after it, so no broken state can be seen.
fn guarded<T>(read: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    QUIETER.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !QUIET.get() {
                usual(info);
            }
        }));
    });
    QUIET.set(true);
    let read = catch_unwind(AssertUnwindSafe(read));
    QUIET.set(false);
    read.unwrap_or_else(|_| Err("it is damaged".to_owned()))
}

/// Puts a hook before the usual one that leaves out what [`guarded`] catches.
static QUIETER: Once = Once::new();

thread_local! {
    /// Whether this thread is in [`guarded`].
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

fn unreadable(path: &Path, reason: String) -> RecordError {
    RecordError::Unreadable { path: path.to_owned(), reason }
}
