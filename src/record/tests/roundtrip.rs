//! What goes in comes out.

use super::*;
use crate::event::{Exchange, Phase};
use crate::record::{PRIMARY, PhaseInfo, RecordError, RunFolder};

#[test]
fn attempts_events_and_samples_come_back_as_they_were() {
    let run = Run::start();
    let attempts: Vec<Attempt> =
        (0..10_000).map(|number| if number % 11 == 0 { refused(number) } else { attempt(number) }).collect();
    run.submit(&attempts);
    run.note(3, "ä \"quoted\"\nline");
    run.recorder.emit(Nanos(4), Event::Phase { phase: Phase::Load });
    send_samples(&run, 10);
    run.close();
    let record = run.read();
    assert_eq!(record.torn, None);
    assert_eq!(rows(&record), shown(&attempts));
    assert_eq!(record.samples().expect("samples"), (0..10).map(sample).collect::<Vec<_>>());
    let note = Event::Note { text: "ä \"quoted\"\nline".into() };
    let phase = Event::Phase { phase: Phase::Load };
    assert_eq!(
        record.events,
        [Timed { time: Nanos(3), event: note }, Timed { time: Nanos(4), event: phase }]
    );
}

#[test]
fn an_empty_run_is_a_whole_record() {
    let run = Run::start();
    let manifest = run.close();
    let record = run.read();
    assert_eq!(record.torn, None);
    assert_eq!((rows(&record).len(), record.histograms().expect("readable").len()), (0, 0));
    assert_eq!(manifest.files.keys().map(String::as_str).collect::<Vec<_>>(), {
        let mut names = PRIMARY;
        names.sort_unstable();
        names
    });
    assert!(manifest.complete);
}

#[test]
fn a_long_run_comes_back_in_batches_of_bounded_size() {
    let run = Run::start();
    let attempts: Vec<Attempt> = (0..50_000).map(attempt).collect();
    run.submit(&attempts);
    run.close();
    let record = run.read();
    let mut next = 0u64;
    for batch in record.attempts().expect("readable") {
        let batch = batch.expect("whole");
        assert!(!batch.is_empty() && batch.len() <= 17_500, "{}", batch.len());
        for row in batch.iter() {
            assert_eq!(row.op, next << 16);
            next += 1;
        }
    }
    assert_eq!(next, 50_000);
}

#[test]
fn much_text_makes_smaller_batches() {
    let run = Run::start();
    let large = "x".repeat(1 << 20);
    let attempts: Vec<Attempt> =
        (0..40).map(|number| Attempt { value: Some(large.clone()), ..attempt(number) }).collect();
    run.submit(&attempts);
    run.close();
    let sizes: Vec<usize> =
        run.read().attempts().expect("readable").map(|batch| batch.expect("whole").len()).collect();
    assert_eq!(sizes.iter().sum::<usize>(), 40);
    assert!(sizes.iter().all(|&rows| rows <= 33), "{sizes:?}");
}

#[test]
fn the_manifest_holds_what_the_run_and_the_recorder_put_into_it() {
    let run = Run::start();
    let dropped = Attempt { error: ErrorKind::Dropped, ..refused(1) };
    let waiting = Attempt { error: ErrorKind::InFlight, outcome: Outcome::Indeterminate, ..refused(2) };
    let slow = Attempt { end: Nanos(7_200_000_000_000), ..attempt(3) };
    run.submit(&[dropped, waiting, slow, attempt(4)]);
    run.note(1, "x");
    let one = run.recorder.instance("node-1", Some("node"));
    assert_eq!(run.recorder.instance("node-2", None), one + 1);
    assert_eq!(run.recorder.instance("node-1", None), one);
    let phase = PhaseInfo { phase: Phase::Load, from: Nanos(5), to: Nanos(9) };
    let closed = run.recorder.close(|manifest| {
        manifest.phases.push(phase);
        manifest.generator_cpu = 1.5;
        manifest.aborted = Some("interrupted".into());
    });
    let closed = closed.expect("closed");
    let record = run.read();
    assert_eq!(record.manifest, closed);
    assert_eq!(closed.phases, [phase]);
    assert_eq!(
        closed.instances.iter().map(|info| info.name.as_str()).collect::<Vec<_>>(),
        ["node-1", "node-2"]
    );
    assert!(closed.generator_cpu > 1.5, "the writer's own time is added");
    for (name, count) in [
        ("attempts", 4),
        ("attempts_written", 4),
        ("attempts_lost", 0),
        ("operations", 4),
        ("good", 2),
        ("bad", 2),
        ("dropped", 1),
        ("in_flight_at_end", 1),
        ("clipped", 1),
        ("events", 1),
        ("unfinished", 0),
    ] {
        assert_eq!(closed.counts.get(name), Some(&count), "{name}");
    }
}

#[test]
fn a_record_is_closed_once() {
    let run = Run::start();
    run.close();
    assert_eq!(run.recorder.close(|_| {}), Err(RecordError::Closed));
    assert!(run.recorder.submit(&mut vec![attempt(1)]), "nobody is left waiting");
}

#[test]
fn exchanges_beyond_two_hundred_are_counted_and_not_kept() {
    let run = Run::start();
    for op in 0..250 {
        let exchange = Exchange {
            op,
            attempt: 0,
            step: StepId(0),
            error: ErrorKind::Status,
            reason: "expected 200, got 500".into(),
            trace_id: None,
            request: "GET / HTTP/1.1".into(),
            response: None,
        };
        run.recorder.emit(Nanos(op as i64), Event::Exchange(exchange));
    }
    run.note(1, "other events are kept");
    let manifest = run.close();
    assert_eq!(run.read().events.len(), 201);
    assert_eq!(manifest.counts["exchanges_left_out"], 50);
}

#[test]
fn a_run_folder_is_recorded_into_and_read_from() {
    let reports = tempfile::tempdir().expect("temporary folder");
    let folder = RunFolder::create(reports.path(), "quickstart", 0).expect("made");
    let recorder = Recorder::start(&folder, manifest(), Keep::All, Vec::new()).expect("started");
    let before = Record::open(folder.path()).expect("already a run folder");
    assert!(before.torn.expect("not closed yet").starts_with("the run was not closed"));
    recorder.close(|_| {}).expect("closed");
    assert_eq!(Record::open(folder.path()).expect("a run folder").torn, None);
}

#[test]
fn rows_that_come_while_the_recorder_is_dropped_are_still_written() {
    let Run { folder, recorder } = {
        let run = Run::start();
        run.submit(&(0..10).map(attempt).collect::<Vec<_>>());
        run
    };
    drop(recorder);
    let record = Record::open(folder.path()).expect("a run folder");
    assert!(record.torn.is_some());
    assert_eq!(rows(&record).len(), 10);
}
