//! After the load: teardown steps, the stack goes down, the record is closed.

use super::bring_up::Up;
use super::loading::Loaded;
use super::phase::Phases;
use super::preflight::Ready;
use super::{Job, RunError};
use crate::event::{Event, EventSink, Phase};

/// The plan's teardown; a failure is kept and does not change the verdict.
pub(super) async fn teardown_steps(job: &Job, ready: &Ready, up: &Up, phases: &Phases) {
    if job.loaded.plan.teardown.steps.is_empty() || job.interrupt.is_raised() {
        return;
    }
    let began = phases.enter(Phase::Teardown);
    if let Err(reason) = up.runner.teardown().await {
        ready.recorder.emit(began, Event::StepFailed { step: "teardown".into(), reason });
    }
    up.sink.flush();
}

/// Takes the deployment down; what would not go is told.
pub(super) async fn take_down(ready: &Ready, phases: &Phases) -> Option<String> {
    phases.enter(Phase::StackDown);
    ready.stack.down().await.err().map(|error| error.to_string())
}

/// Everything that is still broken.
pub(super) fn unhealed(loaded: Option<&Loaded>, down: Option<String>) -> Vec<String> {
    loaded.map(|loaded| loaded.unhealed.clone()).unwrap_or_default().into_iter().chain(down).collect()
}

/// Seals the record and lets the sentinel go, unless something is left for it to heal.
pub(super) fn close(
    ready: Ready,
    phases: Phases,
    loaded: Option<&Loaded>,
    aborted: Option<String>,
    unhealed: &[String],
) -> Result<Option<String>, RunError> {
    let failure = ready.recorder.failure();
    let closed = ready.recorder.close(|manifest| {
        manifest.phases = phases.bounds();
        manifest.aborted = aborted;
        if let Some(loaded) = loaded {
            manifest.load_start = loaded.start;
            manifest.warmup_end = loaded.warmup_end;
            manifest.load_end = loaded.report.load_end;
            manifest.arrivals_planned = loaded.report.planned;
            manifest.arrivals_to_come = loaded.to_come;
            manifest.generator_cpu = loaded.report.cpu_seconds;
            manifest.counts.insert("arrivals_started".into(), loaded.report.started);
            manifest.counts.insert("in_flight_at_end".into(), loaded.report.in_flight_at_end);
        }
    });
    if unhealed.is_empty() {
        ready.journal.clean().map_err(RunError::Record)?;
        ready.sentinel.into_inner().release().map_err(RunError::Record)?;
    }
    drop(ready.lock);
    match (closed, failure) {
        (Ok(_), failure) => Ok(failure),
        (Err(error), _) => Ok(Some(error.to_string())),
    }
}
