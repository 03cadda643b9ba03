//! Holds a primary file against its seal.

use super::frames::whole_frames;
use crate::record::{FileSeal, RecordError, hex};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// How much of a file may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Integrity {
    /// It is as it was sealed.
    Whole,
    /// Its first so many bytes: they end where a message or line ends.
    Prefix(u64),
    /// Nothing.
    Unusable,
}

/// Looks at one file; says in words what is wrong with it.
pub(super) fn check(
    path: &Path,
    name: &str,
    seal: Option<&FileSeal>,
) -> Result<(Integrity, Option<String>), RecordError> {
    let told = |error: io::Error| RecordError::io("read", path, &error);
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok((Integrity::Unusable, Some(format!("{name} is missing"))));
        }
        Err(error) => return Err(told(error)),
    };
    let length = file.metadata().map_err(told)?.len();
    let Some(seal) = seal else {
        let usable = prefix(path, length).map_err(told)?;
        return Ok((usable, Some(format!("{name} is not sealed: read as far as it is whole"))));
    };
    if length < seal.length {
        let usable = prefix(path, length).map_err(told)?;
        let reason =
            format!("{name} was cut to {length} of {} bytes: read as far as it is whole", seal.length);
        return Ok((usable, Some(reason)));
    }
    if sha256_of(file.take(seal.length)).map_err(told)? != seal.sha256 {
        let reason = format!("{name} is not what was sealed (its hash differs): none of it is used");
        return Ok((Integrity::Unusable, Some(reason)));
    }
    if length > seal.length {
        let reason = format!("{name} grew after it was sealed: what was added is not used");
        return Ok((
            sound(path, seal.length).map_err(told)?.unwrap_or(Integrity::Prefix(seal.length)),
            Some(reason),
        ));
    }
    Ok(match sound(path, length).map_err(told)? {
        None => (Integrity::Whole, None),
        Some(usable) => {
            let reason = format!("{name} is damaged, though its seal holds: read as far as it is whole");
            (usable, Some(reason))
        }
    })
}

/// The mark at the end of a stream.
const END_MARK: u64 = 8;

/// What may be used of a file as long as its seal says, if that is not all of it: a seal tells that nobody changed the file,
/// and not that it can be read.
fn sound(path: &Path, length: u64) -> io::Result<Option<Integrity>> {
    Ok(match prefix(path, length)? {
        Integrity::Prefix(usable) if usable + END_MARK >= length => None,
        usable => Some(usable),
    })
}

/// What a crash left. Lines need no check here: an unfinished one shows by itself.
fn prefix(path: &Path, length: u64) -> io::Result<Integrity> {
    if path.extension().is_none_or(|extension| extension != "arrows") {
        return Ok(Integrity::Prefix(length));
    }
    Ok(match whole_frames(File::open(path)?, length)? {
        0 => Integrity::Unusable,
        usable => Integrity::Prefix(usable),
    })
}

fn sha256_of(mut content: impl Read) -> io::Result<String> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 256 * 1024];
    loop {
        match content.read(&mut buffer)? {
            0 => return Ok(hex(&hasher.finalize())),
            read => hasher.update(&buffer[..read]),
        }
    }
}
