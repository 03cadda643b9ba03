//! One worker: a thread with a runtime, connections, users and rows of its own.

use super::buffer::Buffer;
use super::closed;
#[cfg(feature = "goose")]
use super::goose;
use super::open;
use super::report::LoadReport;
use super::schedule::{Pacer, Shift};
use super::signal::Signal;
use super::station::Station;
use super::tally::Tally;
use super::timer::{Timer, Wakes};
use super::users::{Script, Users};
use crate::event::{BatchSink, Clock, EventSink, Nanos};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::Duration;

/// How often rows and counts are handed over: the record, the live view and conditions lag by as much.
const HOUSEKEEPING: Duration = Duration::from_millis(250);

/// After so many tasks the runtime looks for input. Its default, 61, lets a due arrival wait behind a full round of work
/// when the core is busy; the look costs a twentieth of a request's work.
const TASKS_PER_LOOK: u32 = 16;

/// What one worker has to do.
pub(crate) enum Job {
    /// Start these arrivals, with no more than so many users in flight.
    Open(Pacer, u64),
    /// Send users through these shifts, each for at most so many iterations.
    Closed(Vec<Shift>, Option<u64>),
    /// Carry out what Goose's users ask for.
    #[cfg(feature = "goose")]
    Goose(goose::Desk),
}

/// All that a worker is given.
pub(crate) struct Orders<S> {
    pub(crate) script: Arc<S>,
    pub(crate) job: Job,
    pub(crate) clock: Clock,
    /// The start of the load, its end, and how much longer sessions in flight may take.
    pub(crate) start: Nanos,
    pub(crate) end: Nanos,
    pub(crate) grace: Nanos,
    pub(crate) spin: Duration,
    pub(crate) own_connections: bool,
    pub(crate) tally: Arc<Tally>,
    pub(crate) signal: Arc<Signal>,
    pub(crate) batches: Arc<dyn BatchSink>,
    pub(crate) events: Arc<dyn EventSink>,
}

/// The worker's thread. Tells over `ready` whether it is set up, then works until the load is over and drained.
pub(crate) fn main<S: Script>(orders: Orders<S>, ready: SyncSender<Result<(), String>>) -> LoadReport {
    // Whoever started us has gone if this cannot be told; then there is no load either.
    let tell = |result| ready.send(result).is_ok();
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = match builder.enable_all().event_interval(TASKS_PER_LOOK).build_local(Default::default()) {
        Ok(runtime) => runtime,
        Err(error) => {
            tell(Err(local("a worker's runtime", &error)));
            return LoadReport::default();
        }
    };
    let (clock, tally) = (orders.clock, orders.tally.clone());
    let sink = Rc::new(Buffer::new(orders.batches.clone(), orders.events.clone(), clock));
    let mut report = runtime.block_on(async {
        match station(&orders, sink.clone()) {
            Ok(station) if tell(Ok(())) => work(station, orders).await,
            Ok(_) => LoadReport::default(),
            Err(reason) => {
                tell(Err(reason));
                LoadReport::default()
            }
        }
    });
    drop(runtime);
    report.planned = tally.planned.get();
    report.started = tally.started.get();
    report.dropped = tally.dropped.get();
    let failed = sink.finish().err();
    report.cpu_seconds = processor_seconds();
    report.join(LoadReport { failed, ..LoadReport::default() });
    report
}

fn station<S: Script>(orders: &Orders<S>, sink: Rc<Buffer>) -> Result<Station<S::Users, Timer>, String> {
    let made = Wakes::start(orders.clock)
        .and_then(|wakes| Ok((Timer::new(orders.clock, orders.spin, wakes.clone())?, wakes)));
    let (timer, wakes) = made.map_err(|error| local("a timer", &error))?;
    let users = orders.script.users(orders.clock, sink.clone(), wakes)?;
    let mut station = Station::new(users, timer, sink, orders.tally.clone(), orders.signal.clone());
    station.start = orders.start;
    station.own_connections = orders.own_connections;
    Ok(station)
}

async fn work<U: Users, S: Script>(station: Station<U, Timer>, orders: Orders<S>) -> LoadReport {
    let station = Rc::new(station);
    let keeper = tokio::task::spawn_local(keep_house(station.clone()));
    let load_end = match orders.job {
        Job::Open(pacer, cap) => open::run(&station, pacer, orders.end, cap).await,
        Job::Closed(shifts, iterations) => closed::run(&station, shifts, orders.end, iterations).await,
        #[cfg(feature = "goose")]
        Job::Goose(desk) => goose::serve(&station, desk, orders.end).await,
    };
    let in_flight_at_end = station.drain(load_end.max(orders.clock.now()) + orders.grace).await;
    keeper.abort();
    station.housekeep();
    let (drained, failed) = (orders.clock.now(), station.failure());
    LoadReport { in_flight_at_end, load_end, drained, failed, ..LoadReport::default() }
}

async fn keep_house<U: Users>(station: Rc<Station<U, Timer>>) {
    let mut rounds = tokio::time::interval(HOUSEKEEPING);
    loop {
        rounds.tick().await;
        station.housekeep();
    }
}

/// Processor time of this thread since it began.
fn processor_seconds() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

fn local(what: &str, error: &std::io::Error) -> String {
    format!(
        "{what} of the load generator could not be made: {error}. Raise the limits on open files and memory, or lower `load.workers`"
    )
}
