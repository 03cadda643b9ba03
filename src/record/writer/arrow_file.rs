//! An Arrow file: batches go to the disk whole.

use super::output::{Failure, Output};
use crate::record::disk::Files;
use crate::record::{FileSeal, RecordError, schema};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{ArrowError, Schema};
use std::path::Path;
use std::sync::Arc;

pub(super) struct ArrowFile {
    schema: Arc<Schema>,
    /// Encodes into memory, so that a batch reaches the file in one piece.
    encoder: StreamWriter<Vec<u8>>,
    output: Output,
    written: u64,
    lost: u64,
    failure: Failure,
}

impl ArrowFile {
    pub(super) fn create(
        files: &dyn Files,
        path: &Path,
        schema: Arc<Schema>,
        failure: &Failure,
    ) -> Result<ArrowFile, RecordError> {
        let encoder = schema::options()
            .and_then(|options| StreamWriter::try_new_with_options(Vec::new(), &schema, options));
        let mut encoder = encoder.map_err(|error| RecordError::Io {
            action: "write",
            path: path.to_owned(),
            reason: error.to_string(),
        })?;
        let output = Output::create(files, path, failure, encoder.get_ref())?;
        encoder.get_mut().clear();
        Ok(ArrowFile { schema, encoder, output, written: 0, lost: 0, failure: failure.clone() })
    }

    /// Appends a batch of these columns; if it cannot be written, its rows are counted as lost.
    pub(super) fn append(&mut self, columns: Vec<ArrayRef>) {
        let rows = columns.first().map_or(0, |column| column.len()) as u64;
        let encoded =
            RecordBatch::try_new(self.schema.clone(), columns).and_then(|batch| self.encoder.write(&batch));
        if self.take(encoded) { self.written += rows } else { self.lost += rows }
    }

    fn take(&mut self, encoded: Result<(), ArrowError>) -> bool {
        if let Err(error) = &encoded {
            self.failure.set(format!("cannot encode a batch of rows: {error}"));
        }
        let kept = encoded.is_ok() && self.output.append(self.encoder.get_ref());
        self.encoder.get_mut().clear();
        kept
    }

    /// Rows in the file.
    pub(super) fn written(&self) -> u64 {
        self.written
    }

    /// Rows that are not.
    pub(super) fn lost(&self) -> u64 {
        self.lost
    }

    /// Ends the stream and seals the file; nothing if not all could be written.
    pub(super) fn seal(mut self) -> Option<FileSeal> {
        let encoded = self.encoder.finish();
        self.take(encoded);
        self.output.seal().filter(|_| self.lost == 0)
    }
}
