//! The deployment comes up, and the plan's setup is carried out.

use super::network::Wanted;
use super::phase::Phases;
use super::preflight::Ready;
use super::rendered::rendered;
use super::serial::Serial;
use super::{Job, moving_ports, network};
use crate::chaos::helpers::Helpers;
use crate::event::{Clock, Event, EventSink, Phase};
use crate::flow::{Globals, Program, Runner};
use crate::stack;
use std::rc::Rc;
use std::sync::Arc;

/// A deployment that is ready for load.
pub(super) struct Up {
    pub(super) program: Arc<Program>,
    pub(super) globals: Arc<Globals>,
    /// Carries out setup and teardown on the coordinator's own thread.
    pub(super) runner: Rc<Runner>,
    pub(super) sink: Rc<Serial>,
    /// The target.
    pub(super) url: String,
    /// Stand ready in the network namespaces of those whom network faults may strike.
    pub(super) helpers: Option<Arc<Helpers>>,
}

/// Errors are ready to be shown; what has come up by then is taken down by the caller.
pub(super) async fn bring_up(job: &Job, ready: &Ready, phases: &Phases, clock: Clock) -> Result<Up, String> {
    phases.enter(Phase::StackUp);
    let wanted = wanted(job, ready);
    let image = network::image(&wanted).await?;
    tokio::select! {
        up = ready.stack.up() => up.map_err(|error| error.to_string())?,
        () = job.interrupt.raised(1) => return Err("interrupted while the stack came up".into()),
    }
    moving_ports::refuse(&job.loaded, &*ready.stack)?;
    let facts = ready.stack.facts();
    let plan = &job.loaded.plan;
    let environment = |name: &str| std::env::var(name).ok();
    let program = Program::compile(plan, &job.loaded.directory, &facts, &environment)
        .map(|program| Arc::new(program.keeping_targets(job.keep_targets)))
        .map_err(|errors| errors.join("\n"))?;
    let url = rendered(&plan.target.url, &facts);
    stack::allowed_with(&url, &job.allowed_targets, &plan.target.resolve)?;

    let sink = Rc::new(Serial::new(ready.recorder.clone()));
    let runner = Rc::new(Runner::new(program.clone(), clock, sink.clone(), Arc::new(Globals::default())));
    let globals = Arc::new(set_up(job, ready, phases, &runner).await?);
    sink.flush();
    let helpers = tokio::select! {
        helpers = network::helpers(&wanted, image) => helpers?,
        () = job.interrupt.raised(1) => return Err("interrupted while network helpers were started".into()),
    };
    Ok(Up { program, globals, runner, sink, url, helpers })
}

fn wanted<'a>(job: &'a Job, ready: &Ready) -> Wanted<'a> {
    Wanted {
        faults: &job.loaded.plan.faults,
        stack: ready.stack.clone(),
        program: &job.program,
        image: job.helper_image.as_deref(),
        run: ready.run_name(),
        clock: ready.clock,
        events: ready.recorder.clone(),
    }
}

async fn set_up(job: &Job, ready: &Ready, phases: &Phases, runner: &Runner) -> Result<Globals, String> {
    if job.loaded.plan.setup.steps.is_empty() {
        return Ok(Globals::default());
    }
    let began = phases.enter(Phase::Setup);
    tokio::select! {
        globals = runner.setup() => globals.map_err(|reason| {
            ready.recorder.emit(began, Event::StepFailed { step: "setup".into(), reason: reason.clone() });
            format!("setup failed: {reason}")
        }),
        () = job.interrupt.raised(1) => Err("interrupted during setup".into()),
    }
}
