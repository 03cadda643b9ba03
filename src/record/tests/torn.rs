//! A record that is not whole says so, and gives what it can.

use super::*;
use crate::record::{EVENTS, HISTOGRAMS, MANIFEST, OPERATIONS, PRIMARY, SAMPLES};
use proptest::prelude::*;
use std::fs;

/// A closed run with several batches of attempts, made once.
fn closed() -> Run {
    let run = Run::start();
    run.submit(&(0..50_000).map(attempt).collect::<Vec<_>>());
    run.note(1, "first");
    run.note(2, "second");
    send_samples(&run, 20);
    run.close();
    run
}

fn unseal(run: &Run) {
    let path = run.path().join(MANIFEST);
    let mut manifest: Manifest =
        serde_json::from_slice(&fs::read(&path).expect("there")).expect("a manifest");
    manifest.files.clear();
    fs::write(&path, serde_json::to_vec(&manifest).expect("json")).expect("written");
}

fn change(run: &Run, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
    let path = run.path().join(name);
    let mut bytes = fs::read(&path).expect("there");
    change(&mut bytes);
    fs::write(&path, bytes).expect("written");
}

#[test]
fn a_file_cut_anywhere_is_read_up_to_its_last_whole_batch() {
    let run = closed();
    let whole = fs::read(run.path().join(OPERATIONS)).expect("there");
    let mut counts = Vec::new();
    for tenth in (0..=10).rev() {
        let length = whole.len() * tenth / 10;
        change(&run, OPERATIONS, |bytes| {
            *bytes = whole.clone();
            bytes.truncate(length);
        });
        let record = run.read();
        let found = rows(&record);
        assert_eq!(found, shown(&(0..found.len() as u64).map(attempt).collect::<Vec<_>>()));
        counts.push(found.len());
        match tenth {
            10 => assert_eq!(record.torn, None),
            _ => {
                let told = format!(
                    "{OPERATIONS} was cut to {length} of {} bytes: read as far as it is whole",
                    whole.len()
                );
                assert_eq!(record.torn, Some(told));
            }
        }
        assert_eq!(record.samples().expect("readable").len(), 20, "the others are as they were");
    }
    assert_eq!((counts[0], counts[10]), (50_000, 0));
    assert!(counts.is_sorted_by(|a, b| a >= b) && counts[5] > 0 && counts[5] < 50_000, "{counts:?}");
}

#[test]
fn a_run_that_was_killed_is_read_as_far_as_it_came() {
    let run = closed();
    unseal(&run);
    change(&run, OPERATIONS, |bytes| bytes.truncate(bytes.len() - 100));
    change(&run, EVENTS, |bytes| bytes.truncate(bytes.len() - 3));
    let record = run.read();
    let torn = record.torn.clone().expect("torn");
    assert_eq!(
        torn,
        "the run was not closed (was it killed?); line 2 of events.jsonl cannot be understood: left out"
    );
    let found = rows(&record).len();
    assert!(found > 0 && found < 50_000, "{found}");
    assert_eq!(record.events.len(), 1);
    assert_eq!(record.samples().expect("readable").len(), 20);
}

#[test]
fn a_file_that_was_changed_is_not_used() {
    let run = closed();
    change(&run, OPERATIONS, |bytes| {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
    });
    let record = run.read();
    assert_eq!(rows(&record).len(), 0);
    let told = "operations.arrows is not what was sealed (its hash differs): none of it is used";
    assert_eq!(record.torn.as_deref(), Some(told));
    assert_ne!(record.histograms().expect("readable").len(), 0);
}

#[test]
fn a_file_that_grew_is_used_as_it_was_sealed() {
    let run = closed();
    change(&run, EVENTS, |bytes| {
        bytes.extend_from_slice(b"{\"time\":3,\"type\":\"note\",\"text\":\"forged\"}\n")
    });
    let record = run.read();
    assert_eq!(record.events.len(), 2);
    let told = "events.jsonl grew after it was sealed: what was added is not used";
    assert_eq!(record.torn.as_deref(), Some(told));
}

#[test]
fn a_file_that_is_missing_is_told() {
    let run = closed();
    fs::remove_file(run.path().join(SAMPLES)).expect("removed");
    let record = run.read();
    assert_eq!(record.torn.as_deref(), Some("samples.arrows is missing"));
    assert!(record.samples().expect("nothing").is_empty());
}

#[test]
fn a_sealed_file_that_is_something_else_is_told() {
    let run = Run::start();
    run.note(1, "x");
    run.close();
    let lines = fs::read(run.path().join(EVENTS)).expect("there");
    fs::write(run.path().join(SAMPLES), &lines).expect("written");
    let path = run.path().join(MANIFEST);
    let mut manifest: Manifest =
        serde_json::from_slice(&fs::read(&path).expect("there")).expect("a manifest");
    let seal = manifest.files[EVENTS].clone();
    manifest.files.insert(SAMPLES.into(), seal);
    fs::write(&path, serde_json::to_vec(&manifest).expect("json")).expect("written");
    let record = run.read();
    let told = "samples.arrows is damaged, though its seal holds: read as far as it is whole";
    assert_eq!(record.torn.as_deref(), Some(told));
    assert!(record.samples().expect("nothing").is_empty());
}

fn read_everything(folder: &Path) {
    if let Ok(record) = Record::open(folder) {
        if let Ok(batches) = record.attempts() {
            batches.for_each(|batch| {
                let _ = batch.map(|batch| batch.iter().map(|row| row.bytes).max());
            });
        }
        let _ = record.histograms().map(|rows| rows.iter().map(|row| row.bucket.highest()).max());
        let _ = record.samples();
    }
}

/// Whatever is done to the files, reading them ends, and without a panic or a request for absurd amounts of memory.
#[test]
fn damage_of_any_kind_is_survived() {
    let run = Run::start();
    for round in 0..3 {
        run.submit(&(round * 200..(round + 1) * 200).map(attempt).collect::<Vec<_>>());
    }
    run.note(1, "first");
    send_samples(&run, 20);
    run.close();
    let names: Vec<&str> = PRIMARY.into_iter().chain([MANIFEST]).collect();
    let sealed: Vec<Vec<u8>> =
        names.iter().map(|name| fs::read(run.path().join(name)).expect("there")).collect();
    let damage = (
        0..names.len(),
        any::<bool>(),
        any::<Option<u16>>(),
        proptest::collection::vec((any::<u32>(), any::<u8>()), 0..4),
    );
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) };
    let outcome =
        proptest::test_runner::TestRunner::new(config).run(&damage, |(which, unsealed, cut, flips)| {
            for (name, bytes) in names.iter().zip(&sealed) {
                fs::write(run.path().join(name), bytes).expect("written");
            }
            if unsealed {
                unseal(&run);
            }
            change(&run, names[which], |bytes| {
                if let Some(cut) = cut {
                    bytes.truncate(bytes.len() * usize::from(cut) / usize::from(u16::MAX));
                }
                for (place, mask) in &flips {
                    let length = bytes.len().max(1);
                    if let Some(byte) = bytes.get_mut(*place as usize % length) {
                        *byte ^= mask;
                    }
                }
            });
            read_everything(run.path());
            Ok(())
        });
    outcome.expect("survived");
}

#[test]
fn a_missing_end_mark_loses_no_row() {
    let run = closed();
    unseal(&run);
    let before = run.read().histograms().expect("readable");
    change(&run, HISTOGRAMS, |bytes| bytes.truncate(bytes.len() - 8));
    assert_eq!(run.read().histograms().expect("readable"), before);
    assert!(!before.is_empty());
}
