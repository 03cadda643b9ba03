//! Whether an image is still what its files say: a hash over names and contents of a folder.

use super::BuildError;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};

/// The hash of these texts and of every file below `folder`, in hexadecimal.
///
/// # Errors
/// If a file cannot be read.
pub(super) fn digest(folder: &Path, texts: &[&str]) -> Result<String, BuildError> {
    let mut hash = Sha256::new();
    let mut add = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    };
    texts.iter().for_each(|text| add(text.as_bytes()));
    for path in files(folder)? {
        let inside = path.strip_prefix(folder).unwrap_or(&path);
        add(inside.to_string_lossy().as_bytes());
        add(&fs::read(&path).map_err(|error| unreadable(&path, &error))?);
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, BuildError> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(|error| unreadable(&folder, &error))? {
            let path = entry.map_err(|error| unreadable(&folder, &error))?.path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    Ok(found)
}

fn unreadable(path: &Path, error: &std::io::Error) -> BuildError {
    BuildError::new(format!("{}: {error}", path.display()))
}
