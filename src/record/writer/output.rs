//! A file that is only appended to, hashed while it is written.

use super::turns::{TURN, Turns};
use crate::record::disk::{Files, Writable};
use crate::record::{FileSeal, RecordError, hex};
use sha2::{Digest, Sha256};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// The first thing that went wrong while writing, for whoever asks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Failure(Arc<OnceLock<String>>);

impl Failure {
    /// Keeps the first.
    pub(crate) fn set(&self, text: String) {
        // A second failure adds nothing: it most likely has the same cause.
        let _ = self.0.set(text);
    }

    /// What went wrong, if anything did.
    pub(crate) fn get(&self) -> Option<String> {
        self.0.get().cloned()
    }
}

/// An append-only file. After a failed write it is cut back to what was whole, takes nothing more and is not sealed.
pub(super) struct Output {
    path: PathBuf,
    file: Box<dyn Writable>,
    hasher: Sha256,
    length: u64,
    failure: Failure,
    failed: bool,
}

impl Output {
    /// Makes the file with its first bytes.
    pub(super) fn create(
        files: &dyn Files,
        path: &Path,
        failure: &Failure,
        head: &[u8],
    ) -> Result<Output, RecordError> {
        let made = files.create(path).and_then(|mut file| file.write_all(head).map(|()| file));
        let file = made.map_err(|error| RecordError::io("write", path, &error))?;
        let (hasher, length) = (Sha256::new_with_prefix(head), head.len() as u64);
        Ok(Output { path: path.to_owned(), file, hasher, length, failure: failure.clone(), failed: false })
    }

    /// Appends all of the bytes, or none and says so.
    #[must_use]
    pub(super) fn append(&mut self, bytes: &[u8], turns: &mut Turns) -> bool {
        if self.failed {
            return false;
        }
        match self.file.write_all(bytes) {
            Ok(()) => {
                for piece in bytes.chunks(TURN) {
                    self.hasher.update(piece);
                    turns.worked(piece.len());
                }
                self.length += bytes.len() as u64;
            }
            Err(error) => self.fail(&error),
        }
        !self.failed
    }

    fn fail(&mut self, error: &io::Error) {
        self.failed = true;
        self.failure.set(RecordError::io("write", &self.path, error).to_string());
        // Best effort: a reader finds the last whole part by itself, too.
        let _ = self.file.cut(self.length);
    }

    /// Makes it last and seals it; nothing if not all could be written.
    pub(super) fn seal(mut self) -> Option<FileSeal> {
        if let Err(error) = self.file.sync() {
            self.fail(&error);
        }
        let sha256 = hex(&self.hasher.finalize());
        (!self.failed).then_some(FileSeal { length: self.length, sha256 })
    }
}
