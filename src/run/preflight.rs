//! Everything that can be known before anything is touched.

use super::keys::Keys;
use super::live::Feed;
use super::{Job, RunError};
use super::{identity, manifest};
use crate::chaos::{self, Journal, Lock, PlanLinks, Sentinel, StateDir};
use crate::event::{Clock, Event, EventSink};
use crate::load;
use crate::plan::Loaded;
use crate::plan::model::StackKind;
use crate::record::{Observer, Recorder, RunFolder};
use crate::stack::{self, Links, ProcessStack, Stack, StackError, UrlStack};
use std::cell::RefCell;
use std::sync::Arc;
use std::time::SystemTime;

/// What the preflight leaves behind: a folder, a record, and guards that outlive us.
pub(super) struct Ready {
    pub(super) folder: RunFolder,
    /// The run's id: what its keys have in common and no other run's keys have.
    pub(super) id: String,
    pub(super) recorder: Arc<Recorder>,
    pub(super) journal: Arc<Journal>,
    pub(super) stack: Arc<dyn Stack>,
    pub(super) sentinel: RefCell<Sentinel>,
    /// What the record tells while it is written.
    pub(super) feed: Feed,
    /// The keys of this run's effects.
    pub(super) keys: Keys,
    /// Held until the run is over.
    pub(super) lock: Lock,
    /// The run's clock.
    pub(super) clock: Clock,
}

impl Ready {
    /// The run's name among all runs of this machine.
    pub(super) fn run_name(&self) -> String {
        run_name(&self.folder, &self.id)
    }
}

pub(super) async fn preflight(job: &mut Job, clock: Clock) -> Result<Ready, RunError> {
    let plan = &job.loaded.plan;
    if let Some(url) = plan.target.url.literal() {
        stack::allowed_with(url, &job.allowed_targets, &plan.target.resolve).map_err(RunError::Preflight)?;
    }
    let project = project(&job.loaded);
    let lock = Lock::acquire(&job.state, &project, &plan.name).map_err(RunError::Preflight)?;
    leftovers(&job.state, job.heal_first, &lock)?;

    let utc = utc_nanos();
    let folder = RunFolder::create(&job.reports, &plan.name, utc)
        .map_err(|error| RunError::Preflight(error.to_string()))?;
    let id = identity::drawn(utc);
    let run = run_name(&folder, &id);
    let journal = Arc::new(Journal::begin(&job.state, &project, &run).map_err(RunError::Preflight)?);
    let sentinel = Sentinel::spawn(&job.program, journal.path(), &run).map_err(RunError::Preflight)?;
    let (feed, keys) = (Feed::default(), Keys::of(plan));
    let observers: Vec<Box<dyn Observer>> = vec![Box::new(feed.clone()), Box::new(keys.clone())];
    let recorder = manifest::recorder(job, &folder, &id, utc - clock.now().0, observers)?;
    if let Err(warning) = load::check_file_limit(most_in_flight(&job.loaded)) {
        recorder.emit(clock.now(), Event::Note { text: format!("warning: {warning}") });
    }
    let stack = driver(job, (&folder, &id), clock, &recorder, &journal).await?;
    Ok(Ready {
        folder,
        id,
        keys,
        recorder,
        journal,
        stack,
        sentinel: RefCell::new(sentinel),
        feed,
        lock,
        clock,
    })
}

/// The name under which lock and journal are kept.
pub fn project(loaded: &Loaded) -> String {
    let stack = &loaded.plan.stack;
    let (chosen, name) = (stack.project.as_deref(), &loaded.plan.name);
    match stack.kind {
        // What is one project to Compose must be one project here.
        StackKind::Compose => stack::docker::project_name(chosen, name),
        _ => chosen.unwrap_or(name).to_owned(),
    }
}

/// How many users may be in flight at once, as far as the plan tells.
fn most_in_flight(loaded: &Loaded) -> u64 {
    let load = &loaded.plan.load;
    load::most_in_flight(load, &load::timeline(load))
}

/// Refuses to start over what earlier runs have left, or heals it first.
pub(super) fn leftovers(state: &StateDir, heal_first: bool, lock: &Lock) -> Result<(), RunError> {
    let project = lock.project();
    let left = chaos::leftovers(state, project).map_err(RunError::Preflight)?;
    if left.is_empty() {
        return Ok(());
    }
    if !heal_first {
        let list: Vec<String> = left.iter().map(|one| format!("\n    {one}")).collect();
        return Err(RunError::Preflight(format!(
            "an earlier run of `{project}` left this behind:{}\n  run `shakedown heal`, or this run with --heal",
            list.concat()
        )));
    }
    let healed = chaos::heal(state, lock, &|_| {}).map_err(RunError::Preflight)?;
    if healed.left.is_empty() { Ok(()) } else { Err(RunError::Preflight(healed.left.join("\n"))) }
}

async fn driver(
    job: &Job,
    (folder, id): (&RunFolder, &str),
    clock: Clock,
    recorder: &Arc<Recorder>,
    journal: &Arc<Journal>,
) -> Result<Arc<dyn Stack>, RunError> {
    let plan = &job.loaded.plan;
    let links =
        PlanLinks::of(plan).map_err(RunError::Preflight)?.map(|links| Arc::new(links) as Arc<dyn Links>);
    let context = |links| stack::Context {
        links,
        run_name: run_name(folder, id),
        run_id: id.to_owned(),
        run: folder.path().to_path_buf(),
        plan_directory: job.loaded.directory.clone(),
        shakedown: job.program.clone(),
        environment: Arc::new(|name| std::env::var(name).ok()),
        clock,
        events: recorder.clone(),
        samples: recorder.clone(),
        ledger: journal.clone(),
    };
    let refused = |error: StackError| RunError::Preflight(error.to_string());
    Ok(match plan.stack.kind {
        StackKind::Processes => Arc::new(ProcessStack::new(&plan.stack, context(links)).map_err(refused)?),
        StackKind::Compose => {
            let stack = stack::docker::preflight(&plan.stack, &plan.name, context(links)).await;
            Arc::new(stack.map_err(refused)?)
        }
        StackKind::None => {
            let url = UrlStack::new(plan.target.url.source(), plan.target.resolve.clone());
            let facts = context(None).facts();
            Arc::new(url.with_links(links).with_facts(facts))
        }
    })
}

/// The run's name among all runs of this machine: its folder's, and its id. The folder alone would not do: runs of one plan
/// that begin in the same second, each with reports and state of its own, have folders of the same name, and the one that
/// ended first would take the other's processes for its own.
fn run_name(folder: &RunFolder, id: &str) -> String {
    let name = folder.path().file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    format!("{name}-{id}")
}

fn utc_nanos() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
}
