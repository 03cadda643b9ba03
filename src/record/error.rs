//! What can go wrong with a run folder, in words for whoever has to do something about it.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Why a run folder could not be written or read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordError {
    /// The folder is not one of ours, or is not there.
    NotARun {
        /// The folder.
        path: PathBuf,
        /// What is missing or wrong.
        reason: String,
    },
    /// A newer program wrote it.
    Newer {
        /// The folder.
        path: PathBuf,
        /// The format that it has.
        format: u64,
        /// The version of shakedown that wrote it.
        version: String,
    },
    /// Something could not be done with a file.
    Io {
        /// `write`, `read`, `create`.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A file has its right hash and yet cannot be understood.
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The recorder was closed before.
    Closed,
}

impl RecordError {
    pub(crate) fn io(action: &'static str, path: &Path, error: &io::Error) -> RecordError {
        RecordError::Io { action, path: path.to_owned(), reason: plain(error) }
    }
}

/// The error in words, without the number that the standard library adds.
fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    match text.rfind(" (os error ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RecordError::NotARun { path, reason } => write!(
                f,
                "{} is not a run folder: {reason}; give a folder that `shakedown run` made, such as \
                 reports/<plan>-<UTC time>",
                path.display()
            ),
            RecordError::Newer { path, format, version } => write!(
                f,
                "{} has format {format}, written by shakedown {version}; this program reads up to format {}: use \
                 shakedown {version} or newer",
                path.display(),
                super::FORMAT
            ),
            RecordError::Io { action, path, reason } => {
                write!(f, "cannot {action} {}: {reason}", path.display())
            }
            RecordError::Unreadable { path, reason } => {
                write!(f, "{} cannot be understood: {reason}", path.display())
            }
            RecordError::Closed => f.write_str("the record was closed before"),
        }
    }
}

impl std::error::Error for RecordError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_with_the_file_and_without_a_number() {
        let full = io::Error::from_raw_os_error(rustix::io::Errno::NOSPC.raw_os_error());
        let error = RecordError::io("write", Path::new("/r/operations.arrows"), &full);
        assert_eq!(error.to_string(), "cannot write /r/operations.arrows: No space left on device");
    }
}
