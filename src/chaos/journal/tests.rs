//! What a journal keeps, and what it survives.

use super::*;

fn state() -> (tempfile::TempDir, StateDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let state = StateDir::at(folder.path());
    (folder, state)
}

fn child(pid: u32) -> Child {
    Child { instance: format!("node-{pid}"), pid, start_time: 7 }
}

fn applying(id: &str, occurrence: u32) -> Entry {
    Entry::Applying {
        id: id.into(),
        occurrence,
        fault: "pause".into(),
        targets: vec!["node-1".into()],
        heal: vec![Heal::Resume { pid: 5, start_time: 7 }],
    }
}

fn open_of(journal: &Journal) -> Vec<OpenRun> {
    open_runs(&Contents::read(journal.path()).expect("it can be read").lines)
}

#[test]
fn what_is_written_reads_back_in_order() {
    let (_folder, state) = state();
    let journal = Journal::begin(&state, "shop", "r1").expect("a journal");
    let entries = [
        Entry::Born(child(5)),
        applying("freeze", 0),
        Entry::Applied { id: "freeze".into(), occurrence: 0 },
        Entry::Healed { id: "freeze".into(), occurrence: 0 },
        Entry::Gone(child(5)),
        Entry::Reverted { by: "heal".into(), did: vec!["x".into()], left: vec![] },
        Entry::Clean,
    ];
    for entry in &entries {
        journal.append(entry.clone()).expect("a line");
    }
    let contents = Contents::read(journal.path()).expect("it can be read");
    let read: Vec<Entry> = contents.lines.iter().skip(1).map(|line| line.entry.clone()).collect();
    assert_eq!(read, entries);
    assert!(matches!(&contents.lines[0].entry, Entry::Run { pid, .. } if *pid == std::process::id()));
    assert!(contents.lines.iter().all(|line| line.run == "r1" && line.at > 0));
}

#[test]
fn open_is_what_has_no_end() {
    let (_folder, state) = state();
    let journal = Journal::begin(&state, "shop", "r1").expect("a journal");
    for entry in [
        Entry::Born(child(5)),
        Entry::Born(child(6)),
        Entry::Gone(child(5)),
        applying("freeze", 0),
        applying("freeze", 1),
        Entry::Healed { id: "freeze".into(), occurrence: 0 },
    ] {
        journal.append(entry).expect("a line");
    }
    let open = open_of(&journal);
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].children, [child(6)]);
    assert_eq!(open[0].faults.iter().map(|fault| fault.occurrence).collect::<Vec<_>>(), [1]);
    journal
        .append(Entry::Reverted { by: "heal".into(), did: vec![], left: vec!["stuck".into()] })
        .expect("a line");
    assert_eq!(open_of(&journal).len(), 1, "something was left");
    journal.clean().expect("a line");
    assert_eq!(open_of(&journal), []);
}

#[test]
fn a_torn_line_is_passed_over_and_the_next_one_stands_on_its_own() {
    let (_folder, state) = state();
    let journal = Journal::begin(&state, "shop", "r1").expect("a journal");
    journal.append(Entry::Born(child(5))).expect("a line");
    let mut text = fs::read_to_string(journal.path()).expect("text");
    text.push_str(r#"{"at":1,"run":"r1","entry":"gone","inst"#);
    fs::write(journal.path(), &text).expect("write");
    let contents = Contents::read(journal.path()).expect("it can be read");
    assert_eq!((contents.torn.as_slice(), contents.lines.len()), ([3].as_slice(), 2));
    let sentinel = Journal::append_to(journal.path(), "r1").expect("open");
    sentinel.append(applying("freeze", 0)).expect("a line");
    let contents = Contents::read(journal.path()).expect("it can be read");
    assert_eq!((contents.torn.as_slice(), contents.lines.len()), ([3].as_slice(), 3));
    assert_eq!(open_of(&journal)[0].children, [child(5)]);
}

#[test]
fn every_cut_of_a_journal_can_be_read() {
    let (_folder, state) = state();
    let journal = Journal::begin(&state, "shop", "r1").expect("a journal");
    journal.append(Entry::Born(child(5))).expect("a line");
    journal.append(applying("freeze", 0)).expect("a line");
    let text = fs::read_to_string(journal.path()).expect("text");
    for end in 0..text.len() {
        let contents = Contents::parse(&text[..end]);
        let whole = text[..end].matches('\n').count();
        assert!(contents.lines.len() >= whole, "cut at {end}");
        assert!(contents.torn.len() <= 1 && contents.foreign.is_empty(), "cut at {end}: {contents:?}");
    }
}

#[test]
fn a_line_of_another_version_is_not_mistaken_for_a_torn_one() {
    let contents = Contents::parse("{\"at\":1,\"run\":\"r\",\"entry\":\"teleported\"}\n");
    assert_eq!(contents.torn, [] as [usize; 0]);
    assert_eq!(contents.foreign.len(), 1);
    assert!(contents.foreign[0].1.contains("teleported"), "{:?}", contents.foreign);
}

#[test]
fn the_next_run_begins_anew() {
    let (_folder, state) = state();
    let journal = Journal::begin(&state, "shop", "r1").expect("a journal");
    journal.append(Entry::Born(child(5))).expect("a line");
    journal.clean().expect("a line");
    let next = Journal::begin(&state, "shop", "r2").expect("a journal");
    let contents = Contents::read(next.path()).expect("it can be read");
    assert_eq!(contents.lines.iter().map(|line| line.run.as_str()).collect::<Vec<_>>(), ["r2"]);
}

#[test]
fn a_journal_that_cannot_be_made_stops_the_run() {
    let (folder, _) = state();
    let file = folder.path().join("a-file");
    fs::write(&file, "").expect("write");
    let error = Journal::begin(&StateDir::at(&file), "shop", "r1").expect_err("a file is no folder");
    assert!(error.contains("a-file"), "{error}");
}
