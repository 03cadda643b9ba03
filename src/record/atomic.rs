//! Files that are whole or not there.

use super::RecordError;
use super::disk::{Disk, Files};
use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::path::Path;

/// Writes a file so that whoever looks sees the old content or the new one, never a part: into a file beside it, synced,
/// then renamed. For everything in a run folder that is not appended to.
///
/// # Errors
/// When it cannot be written; the old content then stays.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), RecordError> {
    write_atomic_on(&Disk, path, bytes)
}

pub(crate) fn write_atomic_on(files: &dyn Files, path: &Path, bytes: &[u8]) -> Result<(), RecordError> {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".new");
    let beside = path.with_file_name(name);
    let written = write_whole(files, &beside, bytes).and_then(|()| std::fs::rename(&beside, path));
    if let Err(error) = written {
        // Best effort: the error to tell is the first one.
        let _ = std::fs::remove_file(&beside);
        return Err(RecordError::io("write", path, &error));
    }
    sync_folder_of(path);
    Ok(())
}

fn write_whole(files: &dyn Files, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = files.create(path)?;
    file.write_all(bytes)?;
    file.sync()
}

/// Makes the new name last; some file systems cannot sync a folder, and the content is safe by then.
fn sync_folder_of(path: &Path) {
    if let Some(folder) = path.parent() {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::disk::testing::FullDisk;

    #[test]
    fn the_new_content_takes_the_place_of_the_old() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join("verdict.json");
        write_atomic(&path, b"old").expect("written");
        write_atomic(&path, b"new").expect("written");
        assert_eq!(std::fs::read(&path).expect("there"), b"new");
        assert_eq!(
            std::fs::read_dir(folder.path()).expect("readable").count(),
            1,
            "nothing is left beside it"
        );
    }

    #[test]
    fn on_a_full_disk_the_old_content_stays() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join("verdict.json");
        write_atomic(&path, b"old").expect("written");
        let error = write_atomic_on(&FullDisk::after(3), &path, b"newer").expect_err("the disk is full");
        assert_eq!(error.to_string(), format!("cannot write {}: No space left on device", path.display()));
        assert_eq!(std::fs::read(&path).expect("there"), b"old");
        assert_eq!(std::fs::read_dir(folder.path()).expect("readable").count(), 1);
    }

    #[test]
    fn a_folder_that_is_not_there_is_told() {
        let error = write_atomic(Path::new("/no/such/folder/x"), b"").expect_err("no folder");
        assert_eq!(error.to_string(), "cannot write /no/such/folder/x: No such file or directory");
    }
}
