//! One run per project at a time.

use super::{StateDir, utc};
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};

/// The project's lock; held until it is dropped or the process ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    project: String,
    _file: File,
}

#[derive(Serialize, Deserialize)]
struct Holder {
    pid: u32,
    since: i64,
    run: String,
}

impl Lock {
    /// Takes the lock; `run` is told to whoever comes second. The error names the holder and since when it holds.
    pub fn acquire(state: &StateDir, project: &str, run: &str) -> Result<Lock, String> {
        let path = state.lock(project);
        let trouble = |error: std::io::Error| format!("the lock {} cannot be taken: {error}", path.display());
        fs::create_dir_all(state.project(project)).map_err(trouble)?;
        let mut file = OpenOptions::new()
            .create(true)
            .read(true)
            .write(true)
            .truncate(false)
            .open(&path)
            .map_err(trouble)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(Errno::WOULDBLOCK) => return Err(taken(project, &mut file)),
            Err(error) => return Err(trouble(error.into())),
        }
        let holder = Holder { pid: std::process::id(), since: utc::now_millis(), run: run.to_owned() };
        let text = serde_json::to_string(&holder).map_err(|error| format!("the lock's text: {error}"))?;
        file.set_len(0).and_then(|()| file.write_all(text.as_bytes())).map_err(trouble)?;
        Ok(Lock { project: project.to_owned(), _file: file })
    }

    /// The project that is locked.
    pub fn project(&self) -> &str {
        &self.project
    }
}

fn taken(project: &str, file: &mut File) -> String {
    let mut text = String::new();
    let read = file.seek(SeekFrom::Start(0)).and_then(|_| file.read_to_string(&mut text));
    let holder = read.ok().and_then(|_| serde_json::from_str::<Holder>(&text).ok());
    let who = match holder {
        Some(holder) => {
            format!("pid {} since {} (run {})", holder.pid, utc::in_words(holder.since), holder.run)
        }
        // It took the lock this very moment and has not written who it is.
        None => "another shakedown".to_owned(),
    };
    format!(
        "another run of the project `{project}` is going on: {who}; wait for it, end it, or give this plan another \
         `stack.project`"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_told_who_the_first_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let state = StateDir::at(folder.path());
        let first = Lock::acquire(&state, "shop", "r1").expect("free");
        let error = Lock::acquire(&state, "shop", "r2").expect_err("taken");
        for word in [&std::process::id().to_string(), "r1", "`shop`", "since 2"] {
            assert!(error.contains(word), "{word}: {error}");
        }
        assert_eq!(Lock::acquire(&state, "other", "r3").expect("another project").project(), "other");
        drop(first);
        Lock::acquire(&state, "shop", "r2").expect("free again");
    }

    #[test]
    fn a_lock_file_with_nonsense_in_it_does_not_matter() {
        let folder = tempfile::tempdir().expect("a folder");
        let state = StateDir::at(folder.path());
        fs::create_dir_all(state.project("shop")).expect("a folder");
        fs::write(state.lock("shop"), "nonsense that is longer than what we write ".repeat(9))
            .expect("write");
        let _held = Lock::acquire(&state, "shop", "r1").expect("nobody holds it");
        let error = Lock::acquire(&state, "shop", "r2").expect_err("taken");
        assert!(error.contains("run r1"), "{error}");
    }
}
