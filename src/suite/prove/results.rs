//! `results.jsonl`: every result, on the disk before the next run begins.

use super::{Outcome, Trial};
use crate::verify::Verdict;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

const FILE: &str = "results.jsonl";
const PREFIX: &str = "prove-";

/// The results of a proof, and the file that they are appended to.
pub struct Results {
    file: File,
    outcomes: Vec<Outcome>,
    /// The build whose results count.
    build: String,
    /// Results of other builds, and lines that cannot be read: they do not count.
    pub passed_over: usize,
}

impl Results {
    /// Opens the results in a folder, which is made if it is not there; what was found there before counts if it was run
    /// by the same build of this program.
    ///
    /// # Errors
    /// When the folder or the file cannot be made, read or written.
    pub fn open(folder: &Path, build: &str) -> io::Result<Results> {
        std::fs::create_dir_all(folder)?;
        let path = folder.join(FILE);
        let mut text = match std::fs::read(&path) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error),
        };
        let mut file = OpenOptions::new().create(true).append(true).open(&path)?;
        // A line that was cut off when we were killed must not take the next one with it.
        if !text.is_empty() && !text.ends_with('\n') {
            file.write_all(b"\n")?;
            text.push('\n');
        }
        let lines: Vec<Option<Outcome>> = text.lines().map(|line| serde_json::from_str(line).ok()).collect();
        let counts = |outcome: &Outcome| outcome.build == build && outcome.format == super::FORMAT;
        let passed_over = lines.iter().filter(|line| !line.as_ref().is_some_and(counts)).count();
        let outcomes = lines.into_iter().flatten().filter(counts).collect();
        Ok(Results { file, outcomes, build: build.to_owned(), passed_over })
    }

    /// The build whose results count.
    pub fn build(&self) -> &str {
        &self.build
    }

    /// All that count, in the order in which they came.
    pub fn outcomes(&self) -> &[Outcome] {
        &self.outcomes
    }

    /// Adds one; it is on the disk when this returns.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn append(&mut self, outcome: &Outcome) -> io::Result<()> {
        let mut line = serde_json::to_vec(outcome)?;
        line.push(b'\n');
        self.file.write_all(&line)?;
        self.file.sync_all()?;
        self.outcomes.push(outcome.clone());
        Ok(())
    }

    /// The last result of a trial.
    pub(super) fn of(&self, trial: &Trial) -> Option<&Outcome> {
        self.outcomes.iter().rev().find(|outcome| outcome.is_of(trial))
    }

    /// Whether a trial need not be run: it passed or failed. One that could not say is run again.
    pub(super) fn settled(&self, trial: &Trial) -> bool {
        self.of(trial).is_some_and(|outcome| outcome.verdict != Verdict::Unknown)
    }
}

/// The newest folder of a proof in a reports folder.
pub fn newest(reports: &Path) -> Option<PathBuf> {
    let entries = std::fs::read_dir(reports).ok()?;
    entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(PREFIX)))
        .filter(|path| path.join(FILE).is_file())
        .max()
}
