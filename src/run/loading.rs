//! Load and chaos side by side on one clock, until the load is over or something ends it before its time.

use super::bring_up::Up;
use super::extension::Extension;
use super::guard::Guard;
use super::phase::Phases;
use super::preflight::Ready;
use super::pulse::{self, Pulse};
use super::{Job, probe};
use crate::chaos::Controller;
use crate::event::{Clock, Event, EventSink, Nanos, Phase};
use crate::load::{Engine, LoadReport, Sinks, Timeline, timeline};
use crate::plan::model::LoadModel;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// From the decision to load until the first arrival: enough for every worker to have its timer armed.
const LEAD: Duration = Duration::from_millis(50);
/// How often the coordinator looks at the engine.
const GLANCE: Duration = Duration::from_millis(50);

/// What became of the load.
pub(super) struct Loaded {
    pub(super) start: Nanos,
    pub(super) warmup_end: Nanos,
    pub(super) report: LoadReport,
    /// Why it ended before its time.
    pub(super) aborted: Option<String>,
    /// How many arrivals were still to come where it ended before its time (open model).
    pub(super) to_come: Option<u64>,
    /// What could not be healed.
    pub(super) unhealed: Vec<String>,
}

pub(super) async fn load(job: &Job, ready: &Ready, up: &Up, phases: &Phases, clock: Clock) -> Loaded {
    let plan = &job.loaded.plan;
    let timeline = timeline(&plan.load);
    let start = clock.now() + LEAD;
    let end = start + timeline.total();
    let warmup_end = start + timeline.warmup_end();
    let controller = match controller(job, ready, up, clock) {
        Ok(controller) => controller,
        Err(reason) => return never_started(start, reason),
    };
    let guard = match Guard::new(plan, ready.feed.clone(), start, warmup_end) {
        Ok(guard) => guard,
        Err(reason) => return never_started(start, reason),
    };
    let engine = Engine::start(
        &plan.load,
        plan.seed,
        up.program.clone(),
        up.globals.clone(),
        clock,
        start,
        sinks(ready),
    );
    let engine = match engine {
        Ok(engine) => engine,
        Err(reason) => return never_started(start, reason),
    };

    if warmup_end > start {
        phases.enter_at(Phase::Warmup, start);
    }
    phases.enter_at(Phase::Load, warmup_end);
    for span in timeline.spans() {
        ready.recorder.emit(start + span.from, Event::Stage { stage: span.stage });
    }
    let (cancel, cancelled) = tokio::sync::watch::channel(false);
    let chaos = tokio::task::spawn_local({
        let controller = controller.clone();
        async move { controller.run(start, end, cancelled).await }
    });
    let probes = probe::start(job, ready, &up.url, clock);

    let most = Nanos::from(plan.load.max_extension.0);
    let mut extension = Extension::new(start, end, most);
    let aborted = watch(job, ready, &engine, &controller, guard, (clock, &mut extension)).await;
    if let Some(reason) = &aborted {
        ready.recorder.emit(clock.now(), Event::Abort { reason: reason.clone() });
        engine.cut();
    }
    phases.enter(Phase::Drain);
    let report = drain(engine).await;
    if let Some(extended) = extension.told(report.load_end) {
        ready.recorder.emit(clock.now(), Event::Load(extended));
    }
    own_limits(ready, report.load_end);
    let to_come = aborted.as_ref().and_then(|_| to_come(&timeline, report.load_end - start));
    phases.enter(Phase::Heal);
    cancel.send_replace(true);
    let unhealed = controller.heal_all().await.err().unwrap_or_default();
    if let Some(helpers) = &up.helpers {
        helpers.end().await;
    }
    // What was just being applied or healed is over now; the task has nothing left to wait for.
    let _ = chaos.await;
    probes.stop().await;
    Loaded { start, warmup_end, aborted: aborted.or(report.failed.clone()), report, to_come, unhealed }
}

/// Looks at the engine, the guard, the record and the user until one of them ends the load; the reason, if it was before
/// its time.
async fn watch(
    job: &Job,
    ready: &Ready,
    engine: &Engine,
    controller: &Controller,
    mut guard: Guard,
    (clock, extension): (Clock, &mut Extension),
) -> Option<String> {
    let mut pulse = Pulse::new(extension.load_start, pulse::asleep());
    let mut glance = tokio::time::interval(GLANCE);
    loop {
        tokio::select! {
            _ = glance.tick() => {}
            () = job.interrupt.raised(1) => return Some("interrupted by the user".into()),
        }
        if let Some(stalled) = pulse.beat(clock.now(), pulse::asleep()) {
            ready.recorder.emit(clock.now(), Event::Load(stalled));
        }
        job.watch.set_in_flight(engine.in_flight());
        if let Some(trouble) = trouble(ready) {
            return Some(trouble);
        }
        for fault in guard.triggered(clock.now()) {
            controller.trigger(&fault);
        }
        if let Some(reason) = guard.lost(clock.now()) {
            return Some(reason);
        }
        let now = clock.now();
        if let Some(until) = extension.needed(now, controller.outstanding(now)) {
            engine.extend(until);
        }
        if now >= extension.until || engine.finished() {
            return None;
        }
    }
}

fn sinks(ready: &Ready) -> Sinks {
    let (names, stack) = (ready.recorder.clone(), ready.stack.clone());
    // Containers call themselves by their host names; a new one has a new name.
    let known = Mutex::new(HashMap::<String, u16>::new());
    let number = move |name: &str| {
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = known.get(name) {
            return *number;
        }
        let Some(instance) = stack.instance_called(name) else { return names.instance(name, None) };
        let number = names.instance(&instance, None);
        known.insert(name.to_owned(), number);
        number
    };
    Sinks { batches: ready.recorder.clone(), events: ready.recorder.clone(), instances: Arc::new(number) }
}

/// Tells what the links' proxies could not do for want of something of our own. It happened before the load was over.
fn own_limits(ready: &Ready, load_end: Nanos) {
    for (proxy, detail) in ready.stack.links().map(|links| links.own_limits()).unwrap_or_default() {
        let part = format!("the proxy {proxy}");
        ready.recorder.emit(load_end, Event::OwnLimit { part, detail, in_path: true });
    }
}

/// How many arrivals were expected after so much of the load.
fn to_come(timeline: &Timeline, elapsed: Nanos) -> Option<u64> {
    let left = timeline.expected(timeline.total()) - timeline.expected(elapsed);
    // One more than expected, for the arrival that rounding may hide.
    (timeline.model() == LoadModel::Open).then(|| left.max(0.0).ceil() as u64 + 1)
}

/// What makes going on senseless or unsafe.
fn trouble(ready: &Ready) -> Option<String> {
    if let Some(failure) = ready.recorder.failure() {
        return Some(format!("the record cannot be written: {failure}"));
    }
    if let Some(failure) = ready.journal.failure() {
        return Some(format!(
            "the journal cannot be written, so that nothing may be broken any more: {failure}"
        ));
    }
    ready.sentinel.borrow_mut().check().err()
}

/// Joining waits for the workers' threads, which must not stop the coordinator's.
async fn drain(engine: Engine) -> LoadReport {
    match tokio::task::spawn_blocking(move || engine.join()).await {
        Ok(report) => report,
        Err(error) => LoadReport {
            failed: Some(format!("the load engine ended badly: {error}")),
            ..LoadReport::default()
        },
    }
}

fn controller(job: &Job, ready: &Ready, up: &Up, clock: Clock) -> Result<Rc<Controller>, String> {
    let plan = &job.loaded.plan;
    let (stack, journal, events) = (ready.stack.clone(), ready.journal.clone(), ready.recorder.clone());
    Controller::new(&plan.faults, plan.seed, stack, journal, clock, events)
        .map(|controller| {
            Rc::new(controller.at_most(plan.stack.max_affected).with_helpers(up.helpers.clone()))
        })
        .map_err(|mistakes| mistakes.join("\n"))
}

fn never_started(start: Nanos, reason: String) -> Loaded {
    let report =
        LoadReport { load_end: start, drained: start, failed: Some(reason.clone()), ..LoadReport::default() };
    Loaded { start, warmup_end: start, report, aborted: Some(reason), to_come: None, unhealed: Vec::new() }
}
