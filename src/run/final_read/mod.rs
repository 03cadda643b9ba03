//! The final state: after heal and drain everything is read until two snapshots in a row hold the same rows.

mod endpoints;
mod http;
mod output;
mod rows;
mod snapshots;
#[cfg(test)]
mod tests;
mod way;

use super::bring_up::Up;
use super::loading::Loaded;
use super::phase::Phases;
use super::preflight::Ready;
use super::secrets::Secrets;
use super::{Job, rendered};
use crate::event::{Clock, Event, EventSink, Nanos, Phase};
use crate::http::Client;
use crate::plan::model::FinalRead;
use crate::record::FinalTable;
use snapshots::{Progress, Snapshots};
use std::rc::Rc;
use std::time::Duration;
use way::{Surroundings, Way};

/// The longest wait that a plan which names none gets.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// How long a plan that does not say gives two snapshots to become equal.
const WITHIN: Duration = Duration::from_secs(10);

/// Reads the plan's final state into the record. Nothing is read of a deployment that never had load.
pub(super) async fn read(job: &Job, ready: &Ready, up: &Up, loaded: &Loaded, phases: &Phases, clock: Clock) {
    let plan = &job.loaded.plan;
    if plan.finals.is_empty() || loaded.report.started == 0 {
        return;
    }
    let began = phases.enter(Phase::FinalRead);
    let facts = ready.stack.facts();
    let around = Surroundings {
        plan,
        facts: &facts,
        instances: &ready.stack.instances(),
        base: &up.url,
        headers: rendered::headers(&plan.target.header, &facts),
        client: Rc::new(Client::new(up.program.client_config(), clock)),
        directory: &job.loaded.directory,
        run: &ready.run_id(),
        allowed: &job.allowed_targets,
    };
    let usual = (up.program.max_timeout() + Duration::from_secs(1)).min(LONGEST_WAIT);
    for one in &plan.finals {
        let reading = Reading {
            one,
            ready,
            secrets: Secrets::of(one.templates()),
            clock,
            progress: Progress::default(),
        };
        let wait = one.wait.map_or(usual, |wait| wait.0);
        let read = async {
            wait_until(clock, began + wait).await;
            reading.read(&around).await
        };
        tokio::select! {
            biased;
            () = job.interrupt.raised(1) => reading.give_up(&around, "interrupted by the user").await,
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
    ready: &'a Ready,
    secrets: Secrets,
    clock: Clock,
    progress: Progress,
}

impl Reading<'_> {
    async fn read(&self, around: &Surroundings<'_>) {
        let ways = match Way::all(self.one, around) {
            Ok(ways) => ways,
            Err(reason) => return self.give_up(around, &self.secrets.mask(&reason)).await,
        };
        let within = self.one.within.map_or(WITHIN, |within| within.0);
        let snapshots = Snapshots { ways: &ways, name: &self.one.name, within, secrets: &self.secrets };
        let unsettled = snapshots.take(&self.progress, |table| self.keep(table)).await;
        for (endpoint, reason) in unsettled {
            self.tell(&endpoint, &reason);
        }
    }

    /// It could not be read (any further): the record says so through every endpoint.
    async fn give_up(&self, around: &Surroundings<'_>, reason: &str) {
        let labels = endpoints::labels(self.one, around);
        for label in labels {
            let mut table = FinalTable::new(&self.one.name, &self.secrets.mask(&label), self.progress.next());
            table.trouble = Some(reason.to_owned());
            self.keep(table).await;
            self.tell(&label, reason);
        }
    }

    fn tell(&self, endpoint: &str, reason: &str) {
        let through = if endpoint.is_empty() { String::new() } else { format!(" through {endpoint}") };
        let step = self.secrets.mask(&format!("final read `{}`{through}", self.one.name));
        let event = Event::StepFailed { step, reason: reason.to_owned() };
        self.ready.recorder.emit(self.clock.now(), event);
    }

    async fn keep(&self, table: FinalTable) {
        let recorder = self.ready.recorder.clone();
        // What the disk says against it is the recorder's to tell: `Recorder::failure`.
        let _ = tokio::task::spawn_blocking(move || recorder.final_table(&table)).await;
    }
}
