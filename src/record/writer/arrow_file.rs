//! An Arrow file: batches go to the disk whole.

use super::message::{Column, Encoder};
use super::output::{Failure, Output};
use super::turns::Turns;
use crate::record::disk::Files;
use crate::record::{FileSeal, RecordError};
use arrow_ipc::writer::StreamWriter;
use arrow_schema::Schema;
use std::path::Path;
use std::sync::Arc;

/// The end of a stream.
const END: [u8; 8] = [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0];

pub(super) struct ArrowFile {
    encoder: Encoder,
    output: Output,
    written: u64,
    lost: u64,
}

impl ArrowFile {
    pub(super) fn create(
        files: &dyn Files,
        path: &Path,
        schema: Arc<Schema>,
        failure: &Failure,
    ) -> Result<ArrowFile, RecordError> {
        let head = StreamWriter::try_new(Vec::new(), &schema).map_err(|error| RecordError::Io {
            action: "write",
            path: path.to_owned(),
            reason: error.to_string(),
        })?;
        let output = Output::create(files, path, failure, head.get_ref())?;
        Ok(ArrowFile { encoder: Encoder::default(), output, written: 0, lost: 0 })
    }

    /// Appends a batch of so many rows of these columns; if it cannot be written, its rows are counted as lost.
    pub(super) fn append(&mut self, rows: usize, columns: &mut [&mut dyn Column], turns: &mut Turns) {
        let message = self.encoder.encode(rows, columns, turns);
        let kept = self.output.append(message, turns);
        *(if kept { &mut self.written } else { &mut self.lost }) += rows as u64;
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
        let ended = self.output.append(&END, &mut Turns::new(true));
        self.output.seal().filter(|_| ended && self.lost == 0)
    }
}
