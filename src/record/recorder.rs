//! Takes everything that happens in a run and has it written.

use super::atomic::write_atomic_on;
use super::disk::{Disk, Files};
use super::folder::MANIFEST;
use super::instances::Instances;
use super::queue::Queue;
use super::seal::sealed;
use super::writer::{Failure, Finals, Writer, Written};
use super::{FORMAT, FinalTable, Manifest, Observer, RecordError, RunFolder};
use crate::event::{Attempt, BatchSink, Event, EventSink, Nanos, Sample, SampleSink, Timed};
use crate::plan::model::Keep;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// Samples of exchanges that a run keeps; the rest is counted.
const MOST_EXCHANGES: u64 = 200;

/// Records a run. Shared by all who have something to record; none of them waits for the disk.
pub struct Recorder {
    queue: Arc<Queue>,
    failure: Failure,
    instances: Mutex<Instances>,
    exchanges: AtomicU64,
    finals: Mutex<Finals>,
    folder: PathBuf,
    files: Arc<dyn Files>,
    /// Taken when the record is closed.
    open: Mutex<Option<Open>>,
}

struct Open {
    manifest: Manifest,
    writer: JoinHandle<Written>,
}

impl Recorder {
    /// Writes `run.json` without seals, makes the primary files and starts the writer's thread. Instances that the
    /// manifest names keep their numbers.
    ///
    /// # Errors
    /// When a file cannot be made.
    pub fn start(
        folder: &RunFolder,
        manifest: Manifest,
        keep: Keep,
        observers: Vec<Box<dyn Observer>>,
    ) -> Result<Recorder, RecordError> {
        Recorder::start_on(Arc::new(Disk), folder.path(), manifest, keep, observers)
    }

    pub(crate) fn start_on(
        files: Arc<dyn Files>,
        folder: &Path,
        mut manifest: Manifest,
        keep: Keep,
        observers: Vec<Box<dyn Observer>>,
    ) -> Result<Recorder, RecordError> {
        manifest.format = FORMAT;
        manifest.files.clear();
        write_manifest(&*files, folder, &manifest)?;
        let failure = Failure::default();
        let writer = Writer::create(&*files, folder, keep, observers, failure.clone())?;
        let queue = Arc::new(Queue::default());
        let instances = Mutex::new(Instances::new(manifest.instances.clone()));
        let thread = spawn(writer, queue.clone(), failure.clone())
            .map_err(|error| RecordError::io("start the thread that writes", folder, &error))?;
        Ok(Recorder {
            queue,
            failure,
            instances,
            exchanges: AtomicU64::new(0),
            finals: Mutex::default(),
            folder: folder.to_owned(),
            files,
            open: Mutex::new(Some(Open { manifest, writer: thread })),
        })
    }

    /// What went wrong with writing, if anything did (the disk is full): the run should then end. Whatever comes after
    /// it for the same file is counted in the manifest (`attempts_lost`, …), and the record is torn.
    pub fn failure(&self) -> Option<String> {
        self.failure.get()
    }

    /// The number of an instance in this record; the same name has the same number. Not for every request: keep it.
    pub fn instance(&self, name: &str, service: Option<&str>) -> u16 {
        self.instances.lock().unwrap_or_else(PoisonError::into_inner).number(name, service)
    }

    /// Writes one snapshot of a final read into a file of its own. It is on the disk when this returns: not for a thread
    /// that has anything else to do.
    ///
    /// If not all of it could be written, [`Recorder::failure`] says why.
    ///
    /// # Errors
    /// When the file cannot be made. When the record was closed before.
    pub fn final_table(&self, table: &FinalTable) -> Result<(), RecordError> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.is_none() {
            return Err(RecordError::Closed);
        }
        let mut finals = self.finals.lock().unwrap_or_else(PoisonError::into_inner);
        finals.write(&*self.files, &self.folder, table, &self.failure)
    }

    /// Writes what is left, syncs and seals the files, and writes `run.json` as `finish` leaves it.
    ///
    /// `finish` sees the counts and fills in what only the run knows (phases, times, how it ended); to the
    /// `generator_cpu` that it sets the writer's own is added. Instances, format and seals are not its business.
    ///
    /// If not all could be written, the files concerned stay without a seal, and [`Recorder::failure`] says why.
    ///
    /// # Errors
    /// When `run.json` cannot be written: the record then stays unsealed. When the record was closed before.
    pub fn close(&self, finish: impl FnOnce(&mut Manifest)) -> Result<Manifest, RecordError> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Open { mut manifest, writer } = open.ok_or(RecordError::Closed)?;
        self.queue.close();
        let written = writer.join().map_err(|_| RecordError::Io {
            action: "write",
            path: self.folder.clone(),
            reason: "the thread that writes ended by a defect of shakedown".to_owned(),
        })?;
        manifest.counts = written.counts;
        self.count_refused(&mut manifest);
        let mut seals = written.seals;
        let mut finals = self.finals.lock().unwrap_or_else(PoisonError::into_inner);
        finals.close(&mut manifest.counts, &mut seals);
        drop(finals);
        finish(&mut manifest);
        manifest.generator_cpu += written.cpu;
        manifest.complete = written.complete && self.queue.refused().attempts == 0;
        manifest.format = FORMAT;
        manifest.instances = self.instances.lock().unwrap_or_else(PoisonError::into_inner).list();
        manifest.files = seals;
        write_manifest(&*self.files, &self.folder, &manifest)?;
        Ok(manifest)
    }

    fn count_refused(&self, manifest: &mut Manifest) {
        let refused = self.queue.refused();
        let mut add = |name: &str, count: u64| *manifest.counts.entry(name.to_owned()).or_insert(0) += count;
        add("attempts_lost", refused.attempts);
        add("events_lost", refused.events);
        add("samples_lost", refused.samples);
        add("exchanges_left_out", self.exchanges.load(Ordering::Relaxed).saturating_sub(MOST_EXCHANGES));
        add("instances_left_out", self.instances.lock().unwrap_or_else(PoisonError::into_inner).others);
    }
}

impl BatchSink for Recorder {
    fn submit(&self, rows: &mut Vec<Attempt>) -> bool {
        self.queue.submit(rows)
    }
}

impl EventSink for Recorder {
    fn emit(&self, time: Nanos, event: Event) {
        if matches!(event, Event::Exchange(_))
            && self.exchanges.fetch_add(1, Ordering::Relaxed) >= MOST_EXCHANGES
        {
            return;
        }
        if !self.queue.event(Timed { time, event }) {
            self.failure.set("the writer cannot keep up with the events of the run".to_owned());
        }
    }
}

impl SampleSink for Recorder {
    fn sample(&self, sample: Sample) {
        if !self.queue.sample(sample) {
            self.failure.set("the writer cannot keep up with the samples of the run".to_owned());
        }
    }
}

impl Drop for Recorder {
    /// Without a [`Recorder::close`] the record stays unsealed, but nothing that was recorded is thrown away.
    fn drop(&mut self) {
        self.queue.close();
        let open = self.open.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(open) = open {
            let _ = open.writer.join();
        }
    }
}

fn spawn(writer: Writer, queue: Arc<Queue>, failure: Failure) -> io::Result<JoinHandle<Written>> {
    std::thread::Builder::new().name("record".to_owned()).spawn(move || {
        let guard = Gone { queue, failure };
        writer.run(&guard.queue)
    })
}

/// Closes the queue when the writer ends, whatever the reason: nobody may fill it up for nothing.
struct Gone {
    queue: Arc<Queue>,
    failure: Failure,
}

impl Drop for Gone {
    fn drop(&mut self) {
        self.queue.close();
        if std::thread::panicking() {
            self.failure.set("the thread that writes the record ended by a defect of shakedown".to_owned());
        }
    }
}

fn write_manifest(files: &dyn Files, folder: &Path, manifest: &Manifest) -> Result<(), RecordError> {
    let path = folder.join(MANIFEST);
    let json = serde_json::to_string_pretty(manifest).map_err(|error| RecordError::Io {
        action: "write",
        path: path.clone(),
        reason: error.to_string(),
    })?;
    write_atomic_on(files, &path, sealed(&json).as_bytes())
}
