//! The run folder: its name and its files.

use super::RecordError;
use super::utc;
use std::io;
use std::path::{Path, PathBuf};

/// The manifest.
pub const MANIFEST: &str = "run.json";
/// One row for each attempt.
pub const OPERATIONS: &str = "operations.arrows";
/// Counts by second, step, series, outcome and bucket.
pub const HISTOGRAMS: &str = "histograms.arrows";
/// Probes and resource use.
pub const SAMPLES: &str = "samples.arrows";
/// Everything rare, a JSON object on each line.
pub const EVENTS: &str = "events.jsonl";

const FINAL: &str = "final-";
const ARROWS: &str = ".arrows";

/// The primary files that every run has, beside the manifest.
pub const PRIMARY: [&str; 4] = [OPERATIONS, HISTOGRAMS, SAMPLES, EVENTS];

/// Two runs of one plan within a second are rare, a thousand are a mistake.
const MOST_IN_A_SECOND: u32 = 1_000;
const LONGEST_NAME: usize = 40;

/// A new run's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunFolder {
    path: PathBuf,
}

impl RunFolder {
    /// Makes `reports/<plan>-<UTC time>` with its `logs` folder; `-2`, `-3`, … is added if the name is taken.
    /// `utc_nanos`: the wall-clock time in nanoseconds since 1970.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn create(reports: &Path, plan: &str, utc_nanos: i64) -> Result<RunFolder, RecordError> {
        std::fs::create_dir_all(reports).map_err(|error| RecordError::io("create", reports, &error))?;
        let name = format!("{}-{}", file_name(plan), utc(utc_nanos));
        for number in 1..=MOST_IN_A_SECOND {
            let name = if number == 1 { name.clone() } else { format!("{name}-{number}") };
            let path = reports.join(name);
            match std::fs::create_dir(&path) {
                Ok(()) => return RunFolder { path }.with_logs(),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(RecordError::io("create", &path, &error)),
            }
        }
        let taken =
            io::Error::new(io::ErrorKind::AlreadyExists, "a thousand runs of this second are there already");
        Err(RecordError::io("create", &reports.join(name), &taken))
    }

    fn with_logs(self) -> Result<RunFolder, RecordError> {
        let logs = self.logs();
        std::fs::create_dir(&logs).map_err(|error| RecordError::io("create", &logs, &error))?;
        Ok(self)
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the logs of the deployment's processes go. It is there.
    pub fn logs(&self) -> PathBuf {
        self.path.join("logs")
    }

    /// Where whatever else a run leaves goes (databases, dumps). Made by whoever needs it.
    pub fn artifacts(&self) -> PathBuf {
        self.path.join("artifacts")
    }
}

/// The name of a snapshot's file; `number` counts the snapshots of all reads with this name, through all endpoints.
pub(super) fn final_file(read: &str, number: u32) -> String {
    format!("{FINAL}{}-{number}{ARROWS}", file_name(read))
}

/// The number in the name of a snapshot's file; nothing if it is none.
pub(super) fn final_number(name: &str) -> Option<u32> {
    name.strip_prefix(FINAL)?.strip_suffix(ARROWS)?.rsplit_once('-')?.1.parse().ok()
}

/// A plan's name as part of a file name: letters and digits in lower case, everything else a dash.
fn file_name(plan: &str) -> String {
    let mut name = String::new();
    for c in plan.chars().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() || c == '_' || c == '.' && !name.is_empty() {
            name.push(c);
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
    }
    let name: String = name.chars().take(LONGEST_NAME).collect();
    let name = name.trim_end_matches(['-', '.']);
    if name.is_empty() { "run".to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000_000;

    #[test]
    fn a_plan_name_becomes_a_file_name() {
        assert_eq!(file_name("A node dies, under load!"), "a-node-dies-under-load");
        assert_eq!(file_name("../../etc/passwd"), "etc-passwd");
        assert_eq!(file_name("  "), "run");
        assert_eq!(file_name("v1.2_x"), "v1.2_x");
        assert_eq!(file_name(&"ö".repeat(300)).chars().count(), LONGEST_NAME);
    }

    #[test]
    fn a_taken_name_gets_a_number() {
        let reports = tempfile::tempdir().expect("temporary folder");
        let inside = reports.path().join("deep/reports");
        let make = || RunFolder::create(&inside, "quickstart", 1_795_224_600 * SECOND).expect("made");
        let names: Vec<String> = (0..3)
            .map(|_| make().path().file_name().expect("named").to_string_lossy().into_owned())
            .collect();
        assert_eq!(names[0], "quickstart-20261121T013000Z");
        assert_eq!(names[1], "quickstart-20261121T013000Z-2");
        assert_eq!(names[2], "quickstart-20261121T013000Z-3");
        assert!(make().logs().is_dir());
    }

    #[test]
    fn a_file_in_its_place_is_told() {
        let reports = tempfile::tempdir().expect("temporary folder");
        let file = reports.path().join("reports");
        std::fs::write(&file, "").expect("written");
        let error = RunFolder::create(&file, "x", 0).expect_err("a file is in the way");
        assert_eq!(error.to_string(), format!("cannot create {}: File exists", file.display()));
    }
}
