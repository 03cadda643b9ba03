//! Where files are made: the disk, or in tests one that fills up.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

/// Makes files.
pub(crate) trait Files: Send + Sync {
    /// Makes a new, empty file, in place of an old one.
    fn create(&self, path: &Path) -> io::Result<Box<dyn Writable>>;
}

/// A file being written.
pub(crate) trait Writable: Write + Send {
    /// Makes what was written last through a loss of power.
    fn sync(&mut self) -> io::Result<()>;
    /// Cuts it to this length and goes on from there.
    fn cut(&mut self, length: u64) -> io::Result<()>;
}

/// The real disk.
pub(crate) struct Disk;

impl Files for Disk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn Writable>> {
        Ok(Box::new(File::create(path)?))
    }
}

impl Writable for File {
    fn sync(&mut self) -> io::Result<()> {
        self.sync_all()
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.set_len(length)?;
        self.seek(SeekFrom::Start(length)).map(|_| ())
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    /// A disk with room for so many more bytes, all files together. The last write before it is full is a short one.
    pub(crate) struct FullDisk(Arc<AtomicU64>);

    impl FullDisk {
        pub(crate) fn after(bytes: u64) -> FullDisk {
            FullDisk(Arc::new(AtomicU64::new(bytes)))
        }
    }

    impl Files for FullDisk {
        fn create(&self, path: &Path) -> io::Result<Box<dyn Writable>> {
            Ok(Box::new(Limited { file: File::create(path)?, left: self.0.clone() }))
        }
    }

    struct Limited {
        file: File,
        left: Arc<AtomicU64>,
    }

    impl Write for Limited {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let left = self.left.load(Ordering::SeqCst);
            if left == 0 {
                return Err(io::Error::from_raw_os_error(rustix::io::Errno::NOSPC.raw_os_error()));
            }
            let written = self.file.write(&bytes[..bytes.len().min(left as usize)])?;
            self.left.fetch_sub(written as u64, Ordering::SeqCst);
            Ok(written)
        }

        fn flush(&mut self) -> io::Result<()> {
            self.file.flush()
        }
    }

    impl Writable for Limited {
        fn sync(&mut self) -> io::Result<()> {
            self.file.sync()
        }

        fn cut(&mut self, length: u64) -> io::Result<()> {
            self.file.cut(length)
        }
    }
}
