//! The record as a whole: what goes in comes out, or is told to be missing.

mod failure;
mod finals;
mod histograms;
mod roundtrip;
mod torn;

use super::disk::{Disk, Files};
use super::{Environment, FORMAT, HistogramRow, Manifest, Observer, Record, Recorder};
use crate::event::{
    Attempt, BatchSink, ErrorKind, Event, EventSink, Nanos, Outcome, Sample, SampleSink, Sent, StepId, Timed,
};
use crate::plan::model::Keep;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

const MILLI: i64 = 1_000_000;

/// An operation of one good attempt; everything in it depends on its number.
pub(super) fn attempt(number: u64) -> Attempt {
    let intended = number as i64 * MILLI;
    Attempt {
        op: number << 16,
        attempt: 0,
        last: true,
        replay_of: number.is_multiple_of(7).then_some(number / 2),
        other: number.is_multiple_of(14),
        user: number / 3,
        session: number,
        arrival: number.is_multiple_of(3),
        step: StepId((number % 4) as u16),
        key: number.is_multiple_of(2).then(|| format!("order-{number}")),
        value: number.is_multiple_of(5).then(|| "ä\n\"".to_owned()),
        version: number.is_multiple_of(4).then_some(-(number as i64)),
        intended: Nanos(intended),
        started: Nanos(intended + 20_000),
        sent: Some(Nanos(intended + 30_000)),
        first_byte: Some(Nanos(intended + MILLI)),
        end: Nanos(intended + MILLI + (number as i64 % 100) * 50_000),
        sent_state: Sent::All,
        status: Some(200),
        outcome: Outcome::Ok,
        good: true,
        error: ErrorKind::None,
        instance: number.is_multiple_of(3).then_some((number % 3) as u16),
        trace_id: number.is_multiple_of(2).then_some(u128::from(number) << 64 | 1),
        bytes: 512 + number,
        reply: number.is_multiple_of(11).then_some(u64::MAX - number),
        target: number.is_multiple_of(13).then(|| format!("/orders/{number}?full=1")),
    }
}

/// The same, refused: nothing was sent.
pub(super) fn refused(number: u64) -> Attempt {
    Attempt {
        key: None,
        replay_of: None,
        other: false,
        sent: None,
        first_byte: None,
        sent_state: Sent::Nothing,
        status: None,
        outcome: Outcome::Fail,
        good: false,
        error: ErrorKind::Refused,
        bytes: 0,
        ..attempt(number)
    }
}

pub(super) fn manifest() -> Manifest {
    Manifest {
        format: FORMAT,
        version: "0.1.0".into(),
        plan_file: "plans/quickstart.toml".into(),
        plan: "name = \"quickstart\"\n".into(),
        plan_sha256: super::sha256(b"name = \"quickstart\"\n"),
        overrides: vec!["load.rate=5/s".into()],
        counter: None,
        places: Default::default(),
        seed: 7,
        run_id: Some("7q".into()),
        generator: 0,
        anchor_utc: 1_795_224_600_000_000_000,
        environment: Environment::default(),
        steps: Vec::new(),
        instances: Vec::new(),
        phases: Vec::new(),
        load_start: Nanos(5),
        load_end: Nanos(0),
        warmup_end: Nanos(0),
        arrivals_planned: 0,
        arrivals_to_come: None,
        complete: false,
        generator_cpu: 0.0,
        counts: BTreeMap::new(),
        aborted: None,
        files: BTreeMap::new(),
    }
}

/// A run being recorded into a folder of its own.
struct Run {
    folder: TempDir,
    recorder: Recorder,
}

impl Run {
    fn start() -> Run {
        Run::with(Arc::new(Disk), Keep::All, Vec::new())
    }

    fn with(files: Arc<dyn Files>, keep: Keep, observers: Vec<Box<dyn Observer>>) -> Run {
        let folder = tempfile::tempdir().expect("temporary folder");
        let recorder =
            Recorder::start_on(files, folder.path(), manifest(), keep, observers).expect("started");
        Run { folder, recorder }
    }

    /// Hands over all rows, in buffers of a thousand, trying again while the writer cannot follow.
    fn submit(&self, rows: &[Attempt]) {
        for chunk in rows.chunks(1_000) {
            let mut buffer = chunk.to_vec();
            while !self.recorder.submit(&mut buffer) {
                std::thread::yield_now();
            }
            assert!(buffer.is_empty());
        }
    }

    fn note(&self, time: i64, text: &str) {
        self.recorder.emit(Nanos(time), Event::Note { text: text.into() });
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn close(&self) -> Manifest {
        self.recorder.close(|_| {}).expect("closed")
    }

    fn read(&self) -> Record {
        Record::open(self.path()).expect("a run folder")
    }
}

/// All attempts of a record, owned.
fn rows(record: &Record) -> Vec<String> {
    let batches = record.attempts().expect("readable");
    batches
        .flat_map(|batch| batch.expect("whole").iter().map(|row| format!("{row:?}")).collect::<Vec<_>>())
        .collect()
}

/// What [`rows`] should be.
fn shown(attempts: &[Attempt]) -> Vec<String> {
    attempts.iter().map(|attempt| format!("{:?}", super::AttemptRow::from(attempt))).collect()
}

/// An observer that remembers all it hears.
#[derive(Clone, Default)]
struct Listener {
    histograms: Arc<Mutex<Vec<HistogramRow>>>,
    events: Arc<Mutex<Vec<Timed>>>,
    samples: Arc<Mutex<Vec<Sample>>>,
}

impl Observer for Listener {
    fn histograms(&mut self, rows: &[HistogramRow]) {
        self.histograms.lock().expect("lock").extend_from_slice(rows);
    }

    fn event(&mut self, event: &Timed) {
        self.events.lock().expect("lock").push(event.clone());
    }

    fn sample(&mut self, sample: &Sample) {
        self.samples.lock().expect("lock").push(sample.clone());
    }
}

fn sample(number: u64) -> Sample {
    Sample {
        time: Nanos(number as i64),
        name: "stock".into(),
        instance: number.is_multiple_of(2).then(|| format!("node-{number}")),
        value: number.is_multiple_of(3).then_some(number as f64 / 8.0),
    }
}

fn send_samples(run: &Run, count: u64) {
    (0..count).for_each(|number| run.recorder.sample(sample(number)));
}
