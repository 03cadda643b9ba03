//! The load as a whole: its workers, from start to report.

mod jobs;

use crate::event::{BatchSink, Clock, EventSink, Nanos};
use crate::flow::{Globals, Program};
use crate::load::limits::raise_file_limit;
use crate::load::report::LoadReport;
use crate::load::schedule::timeline;
use crate::load::signal::{Signal, Stage};
use crate::load::tally::Tally;
use crate::load::users::Script;
use crate::load::walks::Walks;
use crate::load::worker::{self, Job, Orders};
use crate::plan::model::{Connections, Load};
pub use jobs::most_in_flight;
use jobs::worker_count;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;
use std::thread::JoinHandle;

/// A running load.
pub struct Engine {
    workers: Vec<JoinHandle<LoadReport>>,
    /// Goose's own thread, where Goose schedules the users.
    attack: Option<JoinHandle<LoadReport>>,
    tallies: Vec<Arc<Tally>>,
    signal: Arc<Signal>,
    working: Arc<AtomicUsize>,
    planned: Nanos,
}

/// Where a load puts what happens.
#[derive(Clone)]
pub struct Sinks {
    /// Takes the attempts.
    pub batches: Arc<dyn BatchSink>,
    /// Takes what is rare.
    pub events: Arc<dyn EventSink>,
    /// The record's number for an instance of this name. Asked once per name and worker.
    pub instances: Arc<dyn Fn(&str) -> u16 + Send + Sync>,
}

/// What all workers of a load share.
pub(crate) struct Setting<S> {
    pub(crate) seed: u64,
    pub(crate) script: Arc<S>,
    pub(crate) clock: Clock,
    pub(crate) start: Nanos,
    pub(crate) sinks: Sinks,
}

impl Engine {
    /// Starts a load that begins at `start`. Returns when all workers are set up, so `start` should lie some 100 ms ahead;
    /// should it have passed by then, the first arrivals are late, and their rows say so.
    ///
    /// # Errors
    /// In words, with advice: a worker cannot be set up (threads, open files), or Goose cannot schedule this load.
    pub fn start(
        load: &Load,
        seed: u64,
        program: Arc<Program>,
        globals: Arc<Globals>,
        clock: Clock,
        start: Nanos,
        sinks: Sinks,
    ) -> Result<Engine, String> {
        let script = Arc::new(Walks { program, globals, instances: sinks.instances.clone() });
        Engine::launch(load, Setting { seed, script, clock, start, sinks })
    }

    /// The same with any users.
    pub(crate) fn launch<S: Script>(load: &Load, setting: Setting<S>) -> Result<Engine, String> {
        let timeline = Arc::new(timeline(load));
        // What does not fit was told before the load.
        let _ = raise_file_limit(most_in_flight(load, &timeline));
        let count = worker_count(load);
        let mut engine = Engine {
            workers: Vec::with_capacity(count),
            attack: None,
            tallies: (0..count).map(|_| Arc::default()).collect(),
            signal: Arc::default(),
            working: Arc::default(),
            planned: timeline.total(),
        };
        let longest = Arc::new(timeline.prolonged(Nanos::from(load.max_extension.0)));
        let jobs = engine.jobs(load, &setting, &timeline, &longest)?;
        if let Err(reason) = engine.hire(load, &setting, jobs) {
            engine.cut();
            engine.join();
            return Err(reason);
        }
        Ok(engine)
    }

    /// No new sessions from now on; those in flight get their grace period.
    pub fn stop(&self) {
        self.signal.raise(Stage::Stop);
    }

    /// No new sessions and no grace: everything ends now.
    pub fn cut(&self) {
        self.signal.raise(Stage::Cut);
    }

    /// The load goes on until then, at its last rate or with its last users; no further than `load.max_extension` beyond
    /// its planned end. Without effect once it is over, where Goose schedules it, and where iterations end it.
    pub fn extend(&self, until: Nanos) {
        self.signal.extend(until);
    }

    /// How many sessions are under way.
    pub fn in_flight(&self) -> u64 {
        self.tallies.iter().map(|tally| tally.in_flight.get()).sum()
    }

    /// How long the load is planned to last; [`Nanos::MAX`] where only iterations end it.
    pub fn planned(&self) -> Nanos {
        self.planned
    }

    /// Whether all workers are done: the load is over and drained, and its rows are handed over.
    pub fn finished(&self) -> bool {
        self.working.load(Ordering::Acquire) == 0
    }

    /// Waits until all workers are done. Blocks; stop or cut the load first where it should not run to its end.
    pub fn join(mut self) -> LoadReport {
        let mut report = LoadReport::default();
        for (number, worker) in std::mem::take(&mut self.workers).into_iter().enumerate() {
            report.join(worker.join().unwrap_or_else(|panic| fallen(&self.tallies[number], panic.as_ref())));
        }
        if let Some(attack) = self.attack.take() {
            report.join(attack.join().unwrap_or_else(|panic| fallen(&Tally::default(), panic.as_ref())));
        }
        report
    }

    fn hire<S: Script>(&mut self, load: &Load, setting: &Setting<S>, jobs: Vec<Job>) -> Result<(), String> {
        let (ready, told) = sync_channel(jobs.len());
        for (number, job) in jobs.into_iter().enumerate() {
            let orders = self.orders(load, setting, job, number);
            let (ready, working) = (ready.clone(), Working::begin(&self.working));
            let thread = std::thread::Builder::new().name(format!("load-{number}")).spawn(move || {
                let _working = working;
                worker::main(orders, ready)
            });
            self.workers.push(thread.map_err(|error| {
                format!("worker thread {number} could not start: {error}. Lower `load.workers` or raise the limit on processes (`ulimit -u`)")
            })?);
        }
        drop(ready);
        for _ in 0..self.workers.len() {
            told.recv().unwrap_or_else(|_| Err("a worker ended before it was set up".into()))?;
        }
        Ok(())
    }

    fn orders<S: Script>(&self, load: &Load, setting: &Setting<S>, job: Job, number: usize) -> Orders<S> {
        Orders {
            script: setting.script.clone(),
            job,
            clock: setting.clock,
            start: setting.start,
            end: setting.start + self.planned,
            grace: Nanos::from(load.grace.0),
            spin: load.spin.0,
            own_connections: load.connections == Connections::PerUser,
            tally: self.tallies[number].clone(),
            signal: self.signal.clone(),
            batches: setting.sinks.batches.clone(),
            events: setting.sinks.events.clone(),
        }
    }
}

impl Drop for Engine {
    /// A load that nobody waits for ends.
    fn drop(&mut self) {
        self.cut();
    }
}

/// A thread that has not ended yet.
struct Working(Arc<AtomicUsize>);

impl Working {
    fn begin(all: &Arc<AtomicUsize>) -> Working {
        all.fetch_add(1, Ordering::AcqRel);
        Working(all.clone())
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// What remains of a worker that panicked.
fn fallen(tally: &Tally, panic: &(dyn std::any::Any + Send)) -> LoadReport {
    let words = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let words =
        words.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".into());
    LoadReport {
        planned: tally.planned.get(),
        started: tally.started.get(),
        dropped: tally.dropped.get(),
        in_flight_at_end: tally.in_flight.get(),
        failed: Some(format!(
            "a load worker panicked ({words}): this is a defect of shakedown; its last rows are lost"
        )),
        ..LoadReport::default()
    }
}
