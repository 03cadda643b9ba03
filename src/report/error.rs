//! Why a report could not be written.

use crate::record::RecordError;
use std::fmt;
use std::path::{Path, PathBuf};

/// Why a report could not be written.
#[derive(Debug)]
pub enum ReportError {
    /// The record could not be read.
    Record(RecordError),
    /// A file could not be written.
    Write {
        /// The file; absent while it is not known.
        path: Option<PathBuf>,
        /// What the system said.
        error: std::io::Error,
    },
    /// This format needs every request, and the record keeps only some.
    Incomplete {
        /// The file that was asked for.
        file: &'static str,
    },
}

impl ReportError {
    /// The same with the file named.
    pub(super) fn at(self, path: &Path) -> ReportError {
        match self {
            ReportError::Write { error, .. } => ReportError::Write { path: Some(path.to_owned()), error },
            other => other,
        }
    }
}

impl fmt::Display for ReportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReportError::Record(error) => error.fmt(f),
            ReportError::Write { path: Some(path), error } => {
                write!(f, "cannot write {}: {error}", path.display())
            }
            ReportError::Write { path: None, error } => write!(f, "cannot write the report: {error}"),
            ReportError::Incomplete { file } => write!(
                f,
                "{file} lists every request, but this run kept only marked ones; run the plan with `keep = \"all\"` in \
                 its [load]"
            ),
        }
    }
}

impl std::error::Error for ReportError {}

impl From<RecordError> for ReportError {
    fn from(error: RecordError) -> ReportError {
        ReportError::Record(error)
    }
}

impl From<std::io::Error> for ReportError {
    fn from(error: std::io::Error) -> ReportError {
        ReportError::Write { path: None, error }
    }
}

impl From<csv::Error> for ReportError {
    fn from(error: csv::Error) -> ReportError {
        let error = match error.into_kind() {
            csv::ErrorKind::Io(error) => error,
            other => std::io::Error::other(format!("{other:?}")),
        };
        ReportError::Write { path: None, error }
    }
}
