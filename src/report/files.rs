//! Files that are whole or not there at all.

use super::{ReportError, Reporter, Source};
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// Writes a reporter's file beside the old one and puts it in its place when it is whole and on the disk.
pub fn replace(folder: &Path, reporter: &dyn Reporter, source: &Source) -> Result<PathBuf, ReportError> {
    let path = folder.join(reporter.file());
    let beside = folder.join(format!(".{}.new", reporter.file()));
    let written = whole(&beside, reporter, source)
        .and_then(|()| fs::rename(&beside, &path).map_err(ReportError::from))
        .map_err(|error| error.at(&path));
    if let Err(error) = written {
        // What is left of it is of no use; that it cannot be removed is less than what went wrong before.
        let _ = fs::remove_file(&beside);
        return Err(error);
    }
    Ok(path)
}

fn whole(path: &Path, reporter: &dyn Reporter, source: &Source) -> Result<(), ReportError> {
    let mut out = BufWriter::new(File::create(path)?);
    reporter.write(source, &mut out)?;
    out.flush()?;
    out.get_ref().sync_all()?;
    Ok(())
}
