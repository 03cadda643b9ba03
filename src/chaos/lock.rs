//! One run per project at a time.

use super::{StateDir, utc};
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{Duration, Instant};

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
        fs::create_dir_all(state.project(project)).map_err(|error| trouble(&path, &error))?;
        match take(&path, run)? {
            Taken::Ours(file) => Ok(Lock { project: project.to_owned(), _file: file }),
            Taken::Theirs(holder) => Err(taken(project, holder)),
        }
    }

    /// The project that is locked.
    pub fn project(&self) -> &str {
        &self.project
    }
}

/// What came of asking for a lock.
enum Taken {
    /// It is held as long as this file is open.
    Ours(File),
    /// Another process holds it: who, as far as it has written that.
    Theirs(Option<Holder>),
}

/// Takes the lock file at `path` for `run`, without waiting.
fn take(path: &Path, run: &str) -> Result<Taken, String> {
    let trouble = |error: std::io::Error| trouble(path, &error);
    let mut file =
        OpenOptions::new().create(true).read(true).write(true).truncate(false).open(path).map_err(trouble)?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => {}
        Err(Errno::WOULDBLOCK) => return Ok(Taken::Theirs(holder(&mut file))),
        Err(error) => return Err(trouble(error.into())),
    }
    let holder = Holder { pid: std::process::id(), since: utc::now_millis(), run: run.to_owned() };
    let text = serde_json::to_string(&holder).map_err(|error| format!("the lock's text: {error}"))?;
    file.set_len(0).and_then(|()| file.write_all(text.as_bytes())).map_err(trouble)?;
    Ok(Taken::Ours(file))
}

fn trouble(path: &Path, error: &std::io::Error) -> String {
    format!("the lock {} cannot be taken: {error}", path.display())
}

fn holder(file: &mut File) -> Option<Holder> {
    let mut text = String::new();
    file.seek(SeekFrom::Start(0)).and_then(|_| file.read_to_string(&mut text)).ok()?;
    serde_json::from_str(&text).ok()
}

fn in_words(holder: Option<Holder>) -> String {
    match holder {
        Some(holder) => {
            format!("pid {} since {} (run {})", holder.pid, utc::in_words(holder.since), holder.run)
        }
        // It took the lock a moment ago and has not written who it is.
        None => "another shakedown".to_owned(),
    }
}

/// The right to heal what a journal holds: one process at a time has it. Two healers would look at what the other has ordered
/// and not yet carried out, and take it for done.
#[derive(Debug)]
pub struct HealLock {
    _file: File,
}

impl HealLock {
    /// Takes it for `healer`; where another process has it, waits for that up to `patience`. `waits` is told once which process it waits
    /// for. Blocks.
    ///
    /// # Errors
    /// If the lock file cannot be opened, or the other process is still healing after `patience`.
    pub fn acquire(
        journal: &Path,
        healer: &str,
        patience: Duration,
        waits: &dyn Fn(&str),
    ) -> Result<HealLock, String> {
        let path = journal.with_file_name("heal.lock");
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|error| trouble(&path, &error))?;
        }
        let deadline = Instant::now() + patience;
        let mut told = false;
        loop {
            let other = match take(&path, healer)? {
                Taken::Ours(file) => return Ok(HealLock { _file: file }),
                Taken::Theirs(holder) => in_words(holder),
            };
            if Instant::now() >= deadline {
                return Err(format!(
                    "another process still heals this project after {patience:?}: {other}; try again when it has ended"
                ));
            }
            if !std::mem::replace(&mut told, true) {
                waits(&format!("another process heals this project: {other}; waiting for it"));
            }
            std::thread::sleep(ASK_AGAIN_AFTER);
        }
    }
}

const ASK_AGAIN_AFTER: Duration = Duration::from_millis(20);

fn taken(project: &str, holder: Option<Holder>) -> String {
    let who = in_words(holder);
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
    fn one_heals_and_the_other_waits_and_is_told_which() {
        let folder = tempfile::tempdir().expect("a folder");
        let journal = folder.path().join("shop/journal.jsonl");
        let first = HealLock::acquire(&journal, "sentinel", Duration::ZERO, &|_| {}).expect("free");
        let told = std::cell::RefCell::new(Vec::new());
        let waits = |text: &str| told.borrow_mut().push(text.to_owned());
        let error =
            HealLock::acquire(&journal, "heal", Duration::from_millis(50), &waits).expect_err("taken");
        assert!(error.contains("(run sentinel)") && error.contains("50ms"), "{error}");
        assert_eq!(told.borrow().len(), 1, "{told:?}");
        drop(first);
        HealLock::acquire(&journal, "heal", Duration::ZERO, &waits).expect("free again");
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
