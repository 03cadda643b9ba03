//! A run, judged again from its record: whoever compares or lists runs holds all of them to one program's judgement.

use crate::plan;
use crate::record::{Manifest, Record};
use crate::verify::{Assessment, assess};
use std::path::{Path, PathBuf};

/// A run and what it is found to be.
#[derive(Clone, Debug)]
pub struct Judged {
    /// Its folder.
    pub folder: PathBuf,
    /// What it was.
    pub manifest: Manifest,
    /// Why its record is not whole, if it is not.
    pub torn: Option<String>,
    /// What it is found to be.
    pub assessment: Assessment,
}

impl Judged {
    /// The folder's own name.
    pub fn name(&self) -> String {
        self.folder.file_name().unwrap_or(self.folder.as_os_str()).to_string_lossy().into_owned()
    }
}

/// Judges the run in a folder.
///
/// # Errors
/// If it is no run folder or cannot be read.
pub fn judged(folder: &Path) -> Result<Judged, String> {
    let record = Record::open(folder).map_err(|error| error.to_string())?;
    let plan = plan::parse(&record.manifest.plan_file, &record.manifest.plan)
        .map_err(|wrong| format!("{}: the plan in the record cannot be read\n{wrong}", folder.display()))?;
    let assessment = assess(&plan, &record).map_err(|error| error.to_string())?;
    Ok(Judged { folder: folder.to_owned(), torn: record.torn, manifest: record.manifest, assessment })
}
