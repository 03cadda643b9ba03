//! Faults by hand: on a project that runs, without load, record or verdict; with the same guards, journal and sentinel as in a
//! run.

use super::network::{self, Wanted};
use super::preflight::leftovers;
use super::{Interrupt, RunError};
use crate::chaos::{Controller, Journal, Lock, Sentinel, StateDir, first_victims};
use crate::event::{Clock, EventSink, Nanos, Sample, SampleSink};
use crate::plan::model::{FaultSpec, StackKind, StackSpec};
use crate::stack::docker::preflight;
use crate::stack::{Context, Instance, NoLedger, Stack};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::watch;

/// Longer than anybody waits: faults without an end are healed when the user says so.
const FOR_EVER: Nanos = Nanos(365 * 24 * 3_600 * 1_000_000_000);

/// From the decision to the strike: so much does the journal need beforehand, and the strike is on time.
const LEAD: Nanos = Nanos(300_000_000);

/// Faults on the instances that there are; the error says why there are none.
pub type Choice = dyn Fn(&[Instance]) -> Result<Vec<FaultSpec>, String>;

/// What is to be done.
pub struct ByHand {
    /// The Compose project; it is attached to, and left running.
    pub project: String,
    /// The faults, once it is known which instances there are.
    pub faults: Box<Choice>,
    /// Where chance comes from.
    pub seed: u64,
    /// Where locks and journals are kept.
    pub state: StateDir,
    /// This program.
    pub program: PathBuf,
    /// The image of network helpers, in place of one made of this program.
    pub helper_image: Option<String>,
    /// Undo first what earlier runs left broken.
    pub heal_first: bool,
    /// Only say whom it would strike.
    pub dry: bool,
    /// The clock of the events.
    pub clock: Clock,
    /// Is told what happens.
    pub events: Arc<dyn EventSink>,
    /// Heals at once.
    pub interrupt: Interrupt,
}

/// How it ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HandEnd {
    /// Each fault's id and whom it strikes, or would strike.
    pub struck: Vec<(String, Vec<String>)>,
    /// What could not be healed.
    pub unhealed: Vec<String>,
}

/// Strikes, waits and heals. Whatever happens after the first strike, all is healed.
pub async fn by_hand(job: &ByHand) -> Result<HandEnd, RunError> {
    let refused = |error: String| RunError::Preflight(error);
    let lock = Lock::acquire(&job.state, &job.project, "shakedown fault").map_err(refused)?;
    if !job.dry {
        leftovers(&job.state, job.heal_first, &lock)?;
    }
    let run = format!("by-hand-{}", std::process::id());
    let stack = attached(job, &run).await?;
    let faults = (job.faults)(&stack.instances()).map_err(refused)?;
    let struck = first_victims(&faults, &stack.instances(), job.seed);
    let struck = struck.map_err(|errors| RunError::Preflight(errors.join("\n")))?;
    if job.dry {
        return Ok(HandEnd { struck, unhealed: Vec::new() });
    }
    let journal = Arc::new(Journal::begin(&job.state, &job.project, &run).map_err(refused)?);
    let sentinel = Sentinel::spawn(&job.program, journal.path(), &run).map_err(refused)?;
    let unhealed = strike(job, &faults, &stack, &journal, run).await;
    // A project that was attached to stays as it is: what ends here is only our looking at it.
    let _ = stack.down().await;
    if unhealed.as_ref().map_or(true, Vec::is_empty) {
        journal.clean().map_err(RunError::Record)?;
        sentinel.release().map_err(RunError::Record)?;
    }
    drop(lock);
    Ok(HandEnd { struck, unhealed: unhealed? })
}

async fn attached(job: &ByHand, run: &str) -> Result<Arc<dyn Stack>, RunError> {
    let spec = StackSpec {
        kind: StackKind::Compose,
        project: Some(job.project.clone()),
        attach: true,
        ..StackSpec::default()
    };
    let here = PathBuf::from(".");
    let context = Context {
        links: None,
        run_name: run.to_owned(),
        run_id: run.to_owned(),
        run: here.clone(),
        plan_directory: here,
        shakedown: job.program.clone(),
        environment: Arc::new(|name| std::env::var(name).ok()),
        clock: job.clock,
        events: job.events.clone(),
        samples: Arc::new(NoSamples),
        ledger: Arc::new(NoLedger),
    };
    let refused = |error: crate::stack::StackError| RunError::Preflight(error.to_string());
    let stack: Arc<dyn Stack> = Arc::new(preflight(&spec, &job.project, context).await.map_err(refused)?);
    tokio::select! {
        up = stack.up() => up.map_err(refused)?,
        () = job.interrupt.raised(1) => return Err(RunError::Preflight("interrupted; nothing was struck".into())),
    }
    Ok(stack)
}

/// Strikes and heals; what could not be healed.
async fn strike(
    job: &ByHand,
    faults: &[FaultSpec],
    stack: &Arc<dyn Stack>,
    journal: &Arc<Journal>,
    run: String,
) -> Result<Vec<String>, RunError> {
    let wanted = Wanted {
        faults,
        stack: stack.clone(),
        program: &job.program,
        image: job.helper_image.as_deref(),
        run,
        clock: job.clock,
        events: job.events.clone(),
    };
    let image = network::image(&wanted).await.map_err(RunError::Preflight)?;
    let helpers = tokio::select! {
        helpers = network::helpers(&wanted, image) => helpers.map_err(RunError::Preflight)?,
        () = job.interrupt.raised(1) => return Err(RunError::Preflight("interrupted; nothing was struck".into())),
    };
    let (journal, events) = (journal.clone(), job.events.clone());
    let controller = Controller::new(faults, job.seed, stack.clone(), journal, job.clock, events)
        .map_err(|errors| RunError::Preflight(errors.join("\n")))?
        .with_helpers(helpers.clone());
    let (cancel, cancelled) = watch::channel(false);
    let start = job.clock.now() + LEAD;
    let running = controller.run(start, start + FOR_EVER, cancelled);
    tokio::pin!(running);
    tokio::select! {
        () = &mut running => {}
        () = job.interrupt.raised(1) => {
            cancel.send_replace(true);
        }
    }
    let unhealed = controller.heal_all().await.err().unwrap_or_default();
    if let Some(helpers) = helpers {
        helpers.end().await;
    }
    Ok(unhealed)
}

/// Nobody draws charts of a fault by hand.
struct NoSamples;

impl SampleSink for NoSamples {
    fn sample(&self, _: Sample) {}
}
