//! The state before the load and the final state: everything is read until two snapshots in a row hold the same rows.

mod baseline;
mod endpoints;
mod http;
mod output;
mod rows;
mod snapshots;
#[cfg(test)]
mod tests;
mod way;

use super::bring_up::Up;
use super::keys::Seen;
use super::loading::Loaded;
use super::phase::Phases;
use super::preflight::Ready;
use super::secrets::Secrets;
use super::{Job, probe, rendered};
use crate::event::{Clock, Event, EventSink, Nanos, Phase};
use crate::http::Client;
use crate::plan::model::{Baseline, FinalRead};
use crate::plan::{KeyOrigin, Plan};
use crate::record::FinalTable;
use crate::stack::{Facts, Instance};
use baseline::Manner;
use futures_util::future::{join, join_all};
use http::Position;
use snapshots::{Progress, Snapshots};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;
use way::{Surroundings, Way};

/// The longest wait that a plan which names none gets.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// How long a plan that does not say gives two snapshots to become equal.
const WITHIN: Duration = Duration::from_secs(10);

/// Where each read before the load ended, by the read's name and the endpoint, if the one after it can go on from there.
pub(super) type Places = BTreeMap<(String, String), Position>;

/// Reads the state before the load into the record, all reads side by side, with a sample of each probe that an invariant
/// watches.
///
/// # Errors
/// If the user interrupts it.
pub(super) async fn baseline(
    job: &Job,
    ready: &Ready,
    up: &Up,
    phases: &Phases,
    clock: Clock,
) -> Result<Places, String> {
    let plan = &job.loaded.plan;
    let reads: Vec<&FinalRead> =
        plan.finals.iter().filter(|read| plan.baseline(read) != Baseline::None).collect();
    let watched = plan.invariants.iter().any(|invariant| invariant.probe.is_some());
    if reads.is_empty() && !watched {
        return Ok(Places::new());
    }
    phases.enter(Phase::Baseline);
    let (facts, instances) = (ready.stack.facts(), ready.stack.instances());
    let around = surroundings(job, ready, up, (&facts, &instances), clock);
    let usual = usual_wait(up);
    let readings: Vec<Reading> = reads.into_iter().map(|one| Reading::new(plan, one, ready, clock)).collect();
    let all = readings.iter().map(|reading| reading.before(&around, manner(plan, reading.one, usual)));
    tokio::select! {
        (places, ()) = join(join_all(all), probe::before_load(job, ready, &up.url, clock)) => Ok(places.into_iter().flatten().collect()),
        () = job.interrupt.raised(1) => Err("interrupted while the state before the load was read".into()),
    }
}

fn manner(plan: &Plan, read: &FinalRead, usual: Duration) -> Manner {
    let exclusive = plan.stack.exclusive;
    Manner {
        by_cursor: plan.baseline(read) == Baseline::Cursor,
        strict: exclusive || plan.adds_up(read) || plan.key_origin(None) == KeyOrigin::Shared,
        // What an earlier run left under way must have arrived, before a row can be said to be of no operation.
        quiet: if exclusive { read.wait.map_or(usual, |wait| wait.0) } else { Duration::ZERO },
    }
}

/// Longer than every request can still be under way.
fn usual_wait(up: &Up) -> Duration {
    (up.program.max_timeout() + Duration::from_secs(1)).min(LONGEST_WAIT)
}

fn surroundings<'a>(
    job: &'a Job,
    ready: &'a Ready,
    up: &'a Up,
    (facts, instances): (&'a Facts, &'a [Instance]),
    clock: Clock,
) -> Surroundings<'a> {
    Surroundings {
        plan: &job.loaded.plan,
        facts,
        instances,
        base: &up.url,
        headers: rendered::headers(&job.loaded.plan.target.header, facts),
        client: Rc::new(Client::new(up.program.client_config(), clock)),
        directory: &job.loaded.directory,
        run: ready.run_name(),
        allowed: &job.allowed_targets,
    }
}

/// Reads the plan's final state into the record. Nothing is read of a deployment that never had load.
pub(super) async fn read(
    job: &Job,
    ready: &Ready,
    up: &Up,
    loaded: &Loaded,
    phases: &Phases,
    (clock, places): (Clock, &Places),
) {
    let plan = &job.loaded.plan;
    if plan.finals.is_empty() || loaded.report.started == 0 {
        return;
    }
    let began = phases.enter(Phase::FinalRead);
    let (facts, instances) = (ready.stack.facts(), ready.stack.instances());
    let around = surroundings(job, ready, up, (&facts, &instances), clock);
    let usual = usual_wait(up);
    for one in &plan.finals {
        let reading = Reading::new(plan, one, ready, clock);
        let wait = one.wait.map_or(usual, |wait| wait.0);
        let read = async {
            wait_until(clock, began + wait).await;
            reading.after(&around, places, &ready.keys.seen()).await
        };
        tokio::select! {
            biased;
            () = job.interrupt.raised(1) => reading.give_up(&around, false, "interrupted by the user").await,
            () = read => {}
        }
    }
}

async fn wait_until(clock: Clock, at: Nanos) {
    let left = at - clock.now();
    if left > Nanos::ZERO {
        tokio::time::sleep(Duration::from_nanos(left.0.unsigned_abs())).await;
    }
}

/// One final read being carried out.
struct Reading<'a> {
    one: &'a FinalRead,
    holds_all: bool,
    ready: &'a Ready,
    secrets: Secrets,
    clock: Clock,
    progress: Progress,
}

impl<'a> Reading<'a> {
    fn new(plan: &Plan, one: &'a FinalRead, ready: &'a Ready, clock: Clock) -> Reading<'a> {
        let holds_all = plan.invariants.iter().any(|invariant| invariant.state.0.contains(&one.name));
        let secrets = Secrets::of(one.templates());
        Reading { one, holds_all, ready, secrets, clock, progress: Progress::default() }
    }

    fn snapshots<'s>(&'s self, ways: &'s [Way]) -> Snapshots<'s> {
        let within = self.one.within.map_or(WITHIN, |within| within.0);
        let holds_all = self.holds_all;
        Snapshots { ways, name: &self.one.name, within, holds_all, secrets: &self.secrets }
    }

    /// Before the load.
    async fn before(&self, around: &Surroundings<'_>, manner: Manner) -> Places {
        let mut places = Places::new();
        let ways = match Way::all(self.one, around) {
            Ok(ways) => ways,
            Err(reason) => {
                self.give_up(around, true, &self.secrets.mask(&reason)).await;
                return places;
            }
        };
        let snapshots = self.snapshots(&ways);
        for (table, place) in snapshots.baseline(manner, &self.progress).await {
            if !manner.enough(&table) {
                let reason = table.trouble.clone().unwrap_or_else(|| snapshots.moving(table.snapshot));
                self.tell(&table.endpoint, true, &reason);
            }
            places.extend(place.map(|place| ((self.one.name.clone(), table.endpoint.clone()), place)));
            self.keep(table).await;
        }
        places
    }

    /// After the load.
    async fn after(&self, around: &Surroundings<'_>, places: &Places, ours: &Seen) {
        let ways = match Way::all(self.one, around) {
            Ok(ways) => ways,
            Err(reason) => return self.give_up(around, false, &self.secrets.mask(&reason)).await,
        };
        let place =
            |way: &Way| places.get(&(self.one.name.clone(), self.secrets.mask(way.endpoint()))).cloned();
        let from = ways.iter().map(place).collect();
        let snapshots = self.snapshots(&ways);
        let unsettled = snapshots.take(&self.progress, from, ours, |table| self.keep(table)).await;
        for (endpoint, reason) in unsettled {
            self.tell(&endpoint, false, &reason);
        }
    }

    /// It could not be read (any further): the record says so through every endpoint.
    async fn give_up(&self, around: &Surroundings<'_>, baseline: bool, reason: &str) {
        let labels = endpoints::labels(self.one, around);
        for label in labels {
            let mut table = FinalTable::new(&self.one.name, &self.secrets.mask(&label), self.progress.next());
            table.trouble = Some(reason.to_owned());
            table.baseline = baseline;
            self.keep(table).await;
            self.tell(&label, baseline, reason);
        }
    }

    fn tell(&self, endpoint: &str, baseline: bool, reason: &str) {
        let what = if baseline { "baseline of" } else { "final read" };
        let through = if endpoint.is_empty() { String::new() } else { format!(" through {endpoint}") };
        let step = self.secrets.mask(&format!("{what} `{}`{through}", self.one.name));
        let event = Event::StepFailed { step, reason: reason.to_owned() };
        self.ready.recorder.emit(self.clock.now(), event);
    }

    async fn keep(&self, table: FinalTable) {
        let recorder = self.ready.recorder.clone();
        // What the disk says against it is the recorder's to tell: `Recorder::failure`.
        let _ = tokio::task::spawn_blocking(move || recorder.final_table(&table)).await;
    }
}
