//! A disk that fills up is told, and nothing is lost in silence.

use super::*;
use crate::record::disk::testing::FullDisk;
use crate::record::{EVENTS, MANIFEST, OPERATIONS, RecordError};

/// Enough for the heads of all files.
const HEADS: u64 = 20_000;

#[test]
fn rows_that_found_no_room_are_counted_and_the_rest_is_readable() {
    let run = Run::with(Arc::new(FullDisk::after(2_500_000)), Keep::All, Vec::new());
    run.submit(&(0..100_000).map(attempt).collect::<Vec<_>>());
    let closed = run.recorder.close(|_| {});
    let failure = run.recorder.failure().expect("the disk is full");
    assert_eq!(
        failure,
        format!("cannot write {}: No space left on device", run.path().join(OPERATIONS).display())
    );
    let error = closed.expect_err("nor is there room for run.json").to_string();
    assert_eq!(
        error,
        format!("cannot write {}: No space left on device", run.path().join(MANIFEST).display())
    );
    let record = run.read();
    assert!(record.torn.is_some());
    let found = rows(&record);
    assert!(!found.is_empty() && found.len() < 100_000, "{}", found.len());
    assert_eq!(found, shown(&(0..found.len() as u64).map(attempt).collect::<Vec<_>>()));
}

/// A disk on which only one file has no room.
struct OneFull(&'static str, u64);

impl Files for OneFull {
    fn create(&self, path: &Path) -> std::io::Result<Box<dyn crate::record::disk::Writable>> {
        if path.ends_with(self.0) { FullDisk::after(self.1).create(path) } else { Disk.create(path) }
    }
}

#[test]
fn the_manifest_counts_what_was_lost() {
    let run = Run::with(Arc::new(OneFull(OPERATIONS, HEADS)), Keep::All, Vec::new());
    run.submit(&(0..100_000).map(attempt).collect::<Vec<_>>());
    let manifest = run.close();
    assert!(!manifest.complete);
    assert_eq!(manifest.counts["attempts_lost"] + manifest.counts["attempts_written"], 100_000);
    assert_ne!(manifest.counts["attempts_lost"], 0);
    assert!(!manifest.files.contains_key(OPERATIONS) && manifest.files.contains_key(EVENTS));
    let record = run.read();
    assert_eq!(rows(&record).len() as u64, manifest.counts["attempts_written"]);
    let torn = record.torn.expect("torn");
    assert!(torn.starts_with("operations.arrows is not sealed: read as far as it is whole; "), "{torn}");
    assert!(torn.contains("attempts_lost: "), "{torn}");
    let histograms: u64 = Record::open(run.path())
        .and_then(|record| record.histograms())
        .expect("readable")
        .iter()
        .filter(|row| row.series == crate::record::Series::Response)
        .map(|row| u64::from(row.count))
        .sum();
    assert_eq!(manifest.counts["replays"], 14_286);
    assert_eq!(histograms, 100_000 - 14_286, "the histograms are complete");
}

#[test]
fn events_that_found_no_room_are_counted() {
    let run = Run::with(Arc::new(OneFull(EVENTS, 100)), Keep::All, Vec::new());
    (0..10).for_each(|time| run.note(time, "twenty letters or so"));
    let manifest = run.close();
    assert_eq!(manifest.counts["events"] + manifest.counts["events_lost"], 10);
    let record = run.read();
    assert_eq!(record.events.len() as u64, manifest.counts["events"]);
    assert!(run.recorder.failure().expect("told").contains(EVENTS));
}

#[test]
fn a_disk_that_is_full_from_the_start_is_an_error_of_the_start() {
    let folder = tempfile::tempdir().expect("temporary folder");
    for room in [0, 10, 2_000] {
        let started = Recorder::start_on(
            Arc::new(FullDisk::after(room)),
            folder.path(),
            manifest(),
            Keep::All,
            Vec::new(),
        );
        let error = started.err().expect("no room");
        assert!(matches!(&error, RecordError::Io { action: "write", .. }), "{error}");
        assert!(error.to_string().ends_with(": No space left on device"), "{error}");
    }
}

#[test]
fn a_writer_that_panics_is_told_and_nobody_waits_for_it() {
    struct Broken;
    impl Observer for Broken {
        fn event(&mut self, _event: &Timed) {
            panic!("a defect");
        }
    }
    let run = Run::with(Arc::new(Disk), Keep::All, vec![Box::new(Broken)]);
    run.note(1, "x");
    // More than the queue holds: each is taken or, once the writer is gone, counted as lost.
    for number in 0..20 {
        run.submit(&(number * 20_000..(number + 1) * 20_000).map(attempt).collect::<Vec<_>>());
    }
    let error = run.recorder.close(|_| {}).expect_err("the writer is gone").to_string();
    assert!(error.ends_with("ended by a defect of shakedown"), "{error}");
    assert!(run.recorder.failure().is_some());
}
