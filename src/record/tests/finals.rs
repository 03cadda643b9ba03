//! Final reads: written by snapshot, read back by their last, sealed like the rest.

use super::*;
use crate::record::disk::testing::FullDisk;
use crate::record::{FinalTable, MANIFEST, RecordError};
use std::fs;

/// Row `i` has the cells `key`, `note` (in every third row) and `text`.
fn table(name: &str, endpoint: &str, snapshot: u32, rows: usize) -> FinalTable {
    let mut table = FinalTable::new(name, endpoint, snapshot);
    for row in 0..rows {
        let (key, text) = (format!("order-{row}"), "ä\n\"".repeat(row % 5));
        let note = row.is_multiple_of(3).then_some("x");
        table.push([("key", Some(key.as_str())), ("note", note), ("text", Some(&text))]).expect("columns");
    }
    table
}

fn settled(name: &str, snapshot: u32, rows: usize) -> FinalTable {
    let mut table = table(name, "", snapshot, rows);
    table.settled = true;
    table
}

/// All that a table says, apart from where it came from.
fn said(table: &FinalTable) -> (Vec<String>, Vec<Vec<Option<String>>>) {
    let cell = |row, column| table.text(row, column).map(str::to_owned);
    let row = |row| (0..table.columns.len()).map(|column| cell(row, column)).collect();
    (table.columns.clone(), (0..table.len()).map(row).collect())
}

#[test]
fn the_last_snapshot_of_each_read_through_each_endpoint_comes_back() {
    let run = Run::start();
    let nodes = ["http://a", "http://b"];
    for snapshot in 1..=12 {
        for endpoint in nodes {
            let mut table = table("All orders", endpoint, snapshot, 40 + snapshot as usize);
            table.settled = snapshot == 12;
            run.recorder.final_table(&table).expect("written");
        }
    }
    let mut empty = FinalTable::new("stock", "", 1);
    empty.trouble = Some("no reply".into());
    run.recorder.final_table(&empty).expect("written");
    let manifest = run.close();
    assert!(manifest.files.contains_key("final-all-orders-24.arrows"), "{:?}", manifest.files.keys());
    assert_eq!(manifest.counts["final_rows_lost"], 0);
    assert_eq!(manifest.counts["final_rows"], (1..=12).map(|snapshot| 2 * (40 + snapshot)).sum::<u64>());

    let record = run.read();
    assert_eq!(record.torn, None);
    let finals = record.finals().expect("readable");
    let titles: Vec<_> = finals.iter().map(|one| (one.name.as_str(), one.endpoint.as_str())).collect();
    assert_eq!(titles, [("All orders", "http://a"), ("stock", ""), ("All orders", "http://b")]);
    for read in finals.iter().filter(|read| read.name == "All orders") {
        assert!(read.settled && read.snapshot == 12 && read.trouble.is_none());
        assert_eq!(said(read), said(&table("", "", 1, 52)));
        assert_eq!(read.digest(), table("", "", 1, 52).digest());
    }
    assert_eq!(finals[1], empty);
}

#[test]
fn a_large_table_is_written_in_batches() {
    let run = Run::start();
    let mut large = table("orders", "", 1, 40_000);
    let long = "l".repeat(6 << 20);
    (0..6).for_each(|_| large.push([("long", Some(long.as_str()))]).expect("columns"));
    large.push([]).expect("an empty row");
    run.recorder.final_table(&large).expect("written");
    run.close();
    let read = run.read().finals().expect("readable").remove(0);
    assert_eq!((read.len(), read.digest()), (large.len(), large.digest()));
    assert_eq!(read, large);
}

#[test]
fn a_snapshot_that_was_changed_or_is_gone_is_told() {
    let run = Run::start();
    run.recorder.final_table(&table("orders", "", 1, 10)).expect("written");
    run.recorder.final_table(&settled("orders", 2, 10)).expect("written");
    run.close();
    let path = run.path().join("final-orders-2.arrows");
    let whole = fs::read(&path).expect("there");
    fs::write(&path, &whole[..whole.len() - 9]).expect("written");
    let record = run.read();
    let torn = record.torn.clone().expect("torn");
    assert!(torn.starts_with("final-orders-2.arrows was cut to "), "{torn}");
    let read = record.finals().expect("readable").remove(0);
    assert_eq!(
        (read.snapshot, read.settled),
        (2, false),
        "of a file that is cut nobody knows what is missing"
    );

    let mut changed = whole.clone();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    fs::write(&path, changed).expect("written");
    assert!(run.read().torn.expect("torn").contains("is not what was sealed"));
    fs::remove_file(&path).expect("removed");
    assert_eq!(run.read().torn.as_deref(), Some("final-orders-2.arrows is missing"));

    fs::write(run.path().join("final-orders-3.arrows"), whole).expect("written");
    let torn = run.read().torn.expect("torn");
    assert!(torn.contains("final-orders-3.arrows is not sealed"), "what nobody sealed is no proof: {torn}");
}

#[test]
fn without_a_seal_what_is_whole_is_read_and_not_settled() {
    let run = Run::start();
    run.recorder.final_table(&settled("orders", 2, 10)).expect("written");
    run.close();
    let path = run.path().join(MANIFEST);
    let mut manifest: Manifest = serde_json::from_slice(&fs::read(&path).expect("there")).expect("json");
    manifest.files.clear();
    fs::write(&path, serde_json::to_vec(&manifest).expect("json")).expect("written");
    let record = run.read();
    assert_eq!(record.torn.as_deref(), Some("the run was not closed (was it killed?)"));
    let read = record.finals().expect("readable").remove(0);
    assert_eq!((read.len(), read.settled), (10, false));
}

#[test]
fn a_full_disk_is_told_and_counted() {
    let run = Run::with(Arc::new(FullDisk::after(30_000)), Keep::All, Vec::new());
    run.recorder.final_table(&table("orders", "", 1, 30_000)).expect("made");
    let failure = run.recorder.failure().expect("the disk is full");
    assert!(failure.contains("final-orders-1.arrows: No space left"), "{failure}");
    run.recorder.final_table(&table("orders", "", 2, 10)).expect_err("nor can another be made");
}

#[test]
fn after_the_end_nothing_is_taken() {
    let run = Run::start();
    run.close();
    assert_eq!(run.recorder.final_table(&table("orders", "", 1, 1)), Err(RecordError::Closed));
}
