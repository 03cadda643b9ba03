//! The journal: what is done to the machine, on disk before it is done.
//!
//! One JSON object a line. A line is written in one piece and synced before the action that it tells of; a torn last
//! line therefore tells of something that was not done.

mod entry;
mod open_runs;
mod read;

pub use entry::{Entry, Heal, Line};
pub(super) use open_runs::{OpenFault, OpenRun, open_runs};
pub use read::Contents;

use super::{StateDir, leftovers, utc};
use crate::stack::os::{boot_id, start_time};
use crate::stack::{Child, Ledger};
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The journal of one run, open for writing.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    run: String,
    file: Mutex<Writing>,
    failure: Mutex<Option<String>>,
}

#[derive(Debug)]
struct Writing {
    file: File,
    /// Whether the last line may have been cut off: the next one must not be glued to it.
    torn: bool,
}

impl Writing {
    fn write(&mut self, line: &str) -> std::io::Result<()> {
        let text = if self.torn { format!("\n{line}\n") } else { format!("{line}\n") };
        let written = self.file.write_all(text.as_bytes()).and_then(|()| self.file.sync_data());
        self.torn = written.is_err();
        written
    }
}

impl Journal {
    /// Begins a run's journal; hold the project's lock. What earlier runs wrote is dropped, for nothing of it is left;
    /// where something is, that is the error.
    pub fn begin(state: &StateDir, project: &str, run: &str) -> Result<Journal, String> {
        let left = leftovers(state, project)?;
        if !left.is_empty() {
            return Err(leftovers::refusal(project, &left));
        }
        let path = state.journal(project);
        let trouble = |what: &str, error: std::io::Error| {
            format!("the journal {} cannot be {what}: {error}; nothing is broken without it", path.display())
        };
        let folder = state.project(project);
        fs::create_dir_all(&folder).map_err(|error| trouble("made", error))?;
        // A new file in place of the old one: a reader sees the one or the other, never half of both.
        let fresh = folder.join("journal.new");
        File::create(&fresh).and_then(|file| file.sync_all()).map_err(|error| trouble("made", error))?;
        fs::rename(&fresh, &path).map_err(|error| trouble("replaced", error))?;
        File::open(&folder).and_then(|folder| folder.sync_all()).map_err(|error| trouble("synced", error))?;
        let journal = Journal::append_to(&path, run)?;
        let pid = std::process::id();
        let start_time = start_time(pid).unwrap_or_default();
        journal.append(Entry::Run { pid, start_time, boot: boot_id() })?;
        Ok(journal)
    }

    /// Opens an existing journal to add to it, in the name of a run.
    pub(super) fn append_to(path: &Path, run: &str) -> Result<Journal, String> {
        let trouble =
            |error: std::io::Error| format!("the journal {} cannot be written: {error}", path.display());
        let mut file = OpenOptions::new().create(true).append(true).read(true).open(path).map_err(trouble)?;
        let torn = !ends_a_line(&mut file).map_err(trouble)?;
        Ok(Journal {
            path: path.to_owned(),
            run: run.to_owned(),
            file: Mutex::new(Writing { file, torn }),
            failure: Mutex::new(None),
        })
    }

    /// A journal that cannot be written any more, as on a full disk.
    #[cfg(test)]
    pub(super) fn broken(path: &Path) -> Journal {
        let file = Mutex::new(Writing { file: File::open(path).expect("a file"), torn: false });
        Journal { path: path.to_owned(), run: "broken".into(), file, failure: Mutex::new(None) }
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The run that it is written for.
    pub fn run(&self) -> &str {
        &self.run
    }

    /// Writes a line and waits until it is on disk. Blocks.
    pub fn append(&self, entry: Entry) -> Result<(), String> {
        let line = Line { at: utc::now_millis(), run: self.run.clone(), entry };
        let text = serde_json::to_string(&line).map_err(|error| format!("a journal line: {error}"))?;
        let mut writing = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        writing.write(&text).map_err(|error| {
            let message = format!("the journal {} cannot be written: {error}", self.path.display());
            let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
            failure.get_or_insert(message).clone()
        })
    }

    /// The first line that could not be written, if any: a run that has one ends.
    pub fn failure(&self) -> Option<String> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Says that the run is over and nothing of it is left.
    pub fn clean(&self) -> Result<(), String> {
        self.append(Entry::Clean)
    }
}

impl Ledger for Journal {
    fn born(&self, child: &Child) -> Result<(), String> {
        self.append(Entry::Born(child.clone()))
    }

    fn gone(&self, child: &Child) {
        // Kept in `failure`. A child that is gone and still on the list is looked at once more, no harm done.
        let _ = self.append(Entry::Gone(child.clone()));
    }
}

fn ends_a_line(file: &mut File) -> std::io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(true);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0_u8];
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

#[cfg(test)]
mod tests;
