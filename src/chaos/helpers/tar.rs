//! A tar archive of regular files, in the format "ustar" (POSIX.1-1988), as far as an engine needs it to make an image.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

const BLOCK: usize = 512;

/// An archive that is being written.
pub(super) struct Archive<W> {
    to: W,
}

impl<W: Write> Archive<W> {
    pub(super) fn new(to: W) -> Archive<W> {
        Archive { to }
    }

    /// Adds a file that everybody may read and execute. The name has at most 99 bytes, and no slash at its beginning.
    pub(super) fn add(&mut self, name: &str, path: &Path) -> io::Result<()> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        self.to.write_all(&header(name, length)?)?;
        let written = io::copy(&mut file.take(length), &mut self.to)?;
        if written != length {
            return Err(io::Error::other(format!("{} has become shorter while it was read", path.display())));
        }
        let beyond = usize::try_from(length % BLOCK as u64).unwrap_or(0);
        if beyond > 0 {
            self.to.write_all(&[0; BLOCK][beyond..])?;
        }
        Ok(())
    }

    /// Writes the end: two empty blocks.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.to.write_all(&[0; 2 * BLOCK])?;
        self.to.flush()
    }
}

fn header(name: &str, length: u64) -> io::Result<[u8; BLOCK]> {
    if name.len() > 99 {
        return Err(io::Error::other(format!("the name {name} is too long for an archive")));
    }
    let mut block = [0; BLOCK];
    let mut put = |at: usize, bytes: &[u8]| block[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, name.as_bytes());
    put(100, b"0000755\0");
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    put(124, format!("{length:011o}\0").as_bytes());
    // 1970: the same files make the same archive.
    put(136, b"00000000000\0");
    // The sum is taken with blanks in its own place.
    put(148, b"        ");
    put(156, b"0");
    put(257, b"ustar\x0000");
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    Ok(block)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_systems_own_tar_reads_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let (one, two) = (folder.path().join("one"), folder.path().join("two"));
        std::fs::write(&one, vec![b'x'; 1_000]).expect("written");
        std::fs::write(&two, vec![b'y'; BLOCK]).expect("written");
        let path = folder.path().join("archive.tar");
        let mut archive = Archive::new(File::create(&path).expect("created"));
        archive.add("lib/one", &one).expect("added");
        archive.add("two", &two).expect("added");
        archive.finish().expect("finished");
        let out = folder.path().join("out");
        std::fs::create_dir(&out).expect("made");
        let tar = std::process::Command::new("tar").arg("-xf").arg(&path).arg("-C").arg(&out).output();
        let Ok(tar) = tar else { return println!("skipped: there is no `tar` here") };
        assert!(tar.status.success(), "{}", String::from_utf8_lossy(&tar.stderr));
        assert_eq!(std::fs::read(out.join("lib/one")).expect("there"), vec![b'x'; 1_000]);
        assert_eq!(std::fs::read(out.join("two")).expect("there"), vec![b'y'; BLOCK]);
    }

    #[test]
    fn a_long_name_is_an_error() {
        let mut archive = Archive::new(Vec::new());
        assert!(archive.add(&"x".repeat(100), Path::new("/dev/null")).is_err());
    }
}
