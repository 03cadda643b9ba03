//! A run as a page of many runs shows it.

use crate::record::{Record, utc_text};
use crate::report::{Beat, Tables, pulse};
use crate::verify::{Assessment, Verdict};
use std::path::{Path, PathBuf};

/// A run.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its folder.
    pub folder: PathBuf,
    /// The plan's name.
    pub plan: String,
    /// The plan's claim.
    pub claim: Option<String>,
    /// The counter-run's name, if it is one; empty if it has none.
    pub counter: Option<String>,
    /// When the load began: nanoseconds since 1970-01-01 UTC.
    pub started: i64,
    /// The verdict.
    pub verdict: Verdict,
    /// Why, in one sentence.
    pub reason: String,
    /// Operations of the measured load.
    pub operations: u64,
    /// Those that were bad.
    pub bad: u64,
    /// The run second by second.
    pub beats: Vec<Beat>,
    /// Faults: from the beginning of the action to healed (or the end), in seconds from the start of the load.
    pub faults: Vec<(f64, f64)>,
}

impl Entry {
    /// What a page shows of a run.
    pub fn new(folder: &Path, record: &Record, assessment: &Assessment, tables: &Tables) -> Entry {
        let manifest = &record.manifest;
        let end = (manifest.load_end - manifest.load_start).as_secs_f64();
        let faults = assessment
            .faults
            .iter()
            .filter_map(|fault| Some((fault.applied.and(fault.began())?, fault.healed.unwrap_or(end))))
            .collect();
        Entry {
            folder: folder.to_owned(),
            plan: assessment.plan.clone(),
            claim: assessment.claim.clone(),
            counter: manifest.counter.clone(),
            started: manifest.anchor_utc.saturating_add(manifest.load_start.0),
            verdict: assessment.verdict,
            reason: assessment.reason.clone(),
            operations: assessment.operations,
            bad: assessment.bad,
            beats: pulse(record, tables),
            faults,
        }
    }

    /// The plan, and that it is a counter-run.
    pub(super) fn title(&self) -> String {
        match self.counter.as_deref() {
            None => self.plan.clone(),
            Some("") => format!("{} (counter-run)", self.plan),
            Some(name) => format!("{} (counter-run {name})", self.plan),
        }
    }

    /// When it began, in UTC.
    pub(super) fn when(&self) -> String {
        utc_text(self.started).replace('T', " ")
    }
}
