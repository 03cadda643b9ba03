//! Reads a run folder: whatever of it can be trusted, and says what cannot.

mod ahead;
mod attempts;
mod batches;
mod bounds;
mod columns;
mod events;
mod finals;
mod frames;
mod histograms;
mod integrity;
mod manifest;
mod outlines;
mod samples;

pub use attempts::{AttemptBatch, AttemptRow};
pub use outlines::Outline;

use super::folder::{EVENTS, HISTOGRAMS, OPERATIONS, PRIMARY, SAMPLES};
use super::{FinalTable, HistogramRow, Manifest, RecordError};
use crate::event::{Nanos, Sample, Timed};
use ahead::ahead;
use batches::batches;
use integrity::{Integrity, check};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A run folder, opened.
#[derive(Clone, Debug)]
pub struct Record {
    /// What the run was.
    pub manifest: Manifest,
    /// Everything rare, in the order it was written.
    pub events: Vec<Timed>,
    /// Why the record is not whole, if it is not: the run was killed, rows were lost to a full disk, or a file was
    /// changed since. Rows that can be trusted are still there; the rest is left out.
    pub torn: Option<String>,
    folder: PathBuf,
    integrity: BTreeMap<String, Integrity>,
    /// Whether the manifest is not as the run left it.
    changed: bool,
}

impl Record {
    /// Opens a run folder and holds every primary file against its seal.
    ///
    /// # Errors
    /// When it is not a run folder, was written in a newer format, or cannot be read. A torn record is not an error.
    pub fn open(folder: &Path) -> Result<Record, RecordError> {
        let (manifest, changed) = manifest::read(folder)?;
        let is_changed = changed.is_some();
        let mut torn: Vec<String> = changed.into_iter().collect();
        if manifest.files.is_empty() {
            torn.push("the run was not closed (was it killed?)".to_owned());
        }
        let mut integrity = BTreeMap::new();
        let others: BTreeSet<String> =
            manifest.files.keys().cloned().chain(finals::on_disk(folder)?).collect();
        let others = others.iter().filter(|name| !PRIMARY.contains(&name.as_str()));
        for name in PRIMARY.into_iter().chain(others.map(String::as_str)) {
            let (found, reason) = check(&folder.join(name), name, manifest.files.get(name))?;
            // That every seal is missing was said above, once.
            torn.extend(reason.filter(|_| !manifest.files.is_empty() || found == Integrity::Unusable));
            integrity.insert(name.to_owned(), found);
        }
        torn.extend(lost(&manifest));
        let (events, unread) = events::read(&folder.join(EVENTS), integrity[EVENTS])?;
        torn.extend(unread);
        let folder = folder.to_owned();
        let mut record = Record { manifest, events, torn: None, folder, integrity, changed: is_changed };
        torn.extend(record.fill_in_bounds()?);
        record.torn = (!torn.is_empty()).then(|| torn.join("; "));
        Ok(record)
    }

    /// Gives a run that was never closed the bounds that its events tell; says so.
    fn fill_in_bounds(&mut self) -> Result<Option<String>, RecordError> {
        let starts = bounds::starts(&self.events);
        let known = !self.manifest.files.is_empty() || !self.manifest.phases.is_empty();
        if known || starts.is_empty() {
            return Ok(None);
        }
        let mut last = Nanos::ZERO;
        for batch in self.outlines()? {
            let ends = batch?.iter().map(|row| row.end).filter(|end| *end <= manifest::LONGEST).max();
            last = last.max(ends.unwrap_or(last));
        }
        bounds::fill_in(&mut self.manifest, &starts, last);
        Ok(Some(format!("phases and the load's bounds are those that {EVENTS} tells")))
    }

    /// Whether a file is as the run left it, and so is what `run.json` says of it: what a judgement needs that counts
    /// what is not there.
    pub fn is_whole(&self, name: &str) -> bool {
        !self.changed
            && !self.manifest.files.is_empty()
            && self.integrity.get(name) == Some(&Integrity::Whole)
    }

    /// Whether `run.json` was changed after the run.
    pub fn is_changed(&self) -> bool {
        self.changed
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The attempts, batch by batch in the order they were written: that of their ends, about. The attempts of one
    /// operation follow one another, others between them.
    ///
    /// # Errors
    /// When the file cannot be read, or is whole and yet cannot be understood.
    pub fn attempts(
        &self,
    ) -> Result<impl Iterator<Item = Result<AttemptBatch, RecordError>> + use<>, RecordError> {
        let file = self.folder.join(OPERATIONS);
        ahead(&file, batches(&file, self.integrity[OPERATIONS], AttemptBatch::new)?)
    }

    /// The same attempts in the same order, without their texts: what counting needs, read in a third of the time.
    ///
    /// # Errors
    /// As for [`Record::attempts`].
    pub fn outlines(
        &self,
    ) -> Result<impl Iterator<Item = Result<Vec<Outline>, RecordError>> + use<>, RecordError> {
        let file = self.folder.join(OPERATIONS);
        let wanted = &outlines::COLUMNS;
        let rows =
            batches::columns(&file, self.integrity[OPERATIONS], wanted, |batch| outlines::rows(&batch))?;
        ahead(&file, rows)
    }

    /// All rows of the histograms.
    ///
    /// # Errors
    /// As for [`Record::attempts`].
    pub fn histograms(&self) -> Result<Vec<HistogramRow>, RecordError> {
        flat(self.histogram_batches()?)
    }

    /// The rows of the histograms, batch by batch: about a second each. A long run has millions.
    ///
    /// # Errors
    /// As for [`Record::attempts`].
    pub fn histogram_batches(
        &self,
    ) -> Result<impl Iterator<Item = Result<Vec<HistogramRow>, RecordError>> + use<>, RecordError> {
        let file = self.folder.join(HISTOGRAMS);
        ahead(&file, batches(&file, self.integrity[HISTOGRAMS], |batch| histograms::rows(&batch))?)
    }

    /// All samples.
    ///
    /// # Errors
    /// As for [`Record::attempts`].
    pub fn samples(&self) -> Result<Vec<Sample>, RecordError> {
        let file = self.folder.join(SAMPLES);
        flat(batches(&file, self.integrity[SAMPLES], |batch| samples::rows(&batch))?)
    }

    /// The final state: of each final read, through each endpoint, the last snapshot. One whose file is not whole is not
    /// settled; one of whose file nothing can be used is left out.
    ///
    /// # Errors
    /// As for [`Record::attempts`].
    pub fn finals(&self) -> Result<Vec<FinalTable>, RecordError> {
        finals::read(&self.folder, &self.integrity, false)
    }

    /// The same before the load. Empty in records of versions that read nothing then.
    ///
    /// # Errors
    /// As for [`Record::attempts`].
    pub fn baselines(&self) -> Result<Vec<FinalTable>, RecordError> {
        finals::read(&self.folder, &self.integrity, true)
    }
}

fn flat<T>(batches: impl Iterator<Item = Result<Vec<T>, RecordError>>) -> Result<Vec<T>, RecordError> {
    let mut all = Vec::new();
    for batch in batches {
        all.append(&mut batch?);
    }
    Ok(all)
}

/// What the writer itself knows to be missing.
fn lost(manifest: &Manifest) -> Option<String> {
    let lost: Vec<String> = manifest
        .counts
        .iter()
        .filter(|(name, count)| name.ends_with("_lost") && **count > 0)
        .map(|(name, count)| format!("{name}: {count}"))
        .collect();
    (!lost.is_empty()).then(|| format!("not all could be written ({})", lost.join(", ")))
}
