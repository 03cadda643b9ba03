//! The first manifest of a run: all that is known before it begins.

use super::{Job, RunError};
use crate::event::Nanos;
use crate::plan::model::Step;
use crate::plan::{Loaded, Origin, Plan};
use crate::record::{
    Environment, FORMAT, Manifest, Observer, PlanPlace, Recorder, RunFolder, Scope, StepInfo, sha256,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Starts the record; `ours` watch it beside the job's own observers.
pub(super) fn recorder(
    job: &mut Job,
    folder: &RunFolder,
    id: &str,
    anchor_utc: i64,
    ours: Vec<Box<dyn Observer>>,
) -> Result<Arc<Recorder>, RunError> {
    let plan = &job.loaded.plan;
    let manifest = Manifest {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        plan_file: job.loaded.file.clone(),
        plan: job.loaded.text.clone(),
        plan_sha256: sha256(job.loaded.text.as_bytes()),
        overrides: job.overrides.clone(),
        counter: job.counter.clone(),
        places: places(&job.loaded),
        seed: plan.seed,
        run_id: Some(id.to_owned()),
        generator: 0,
        anchor_utc,
        environment: environment(),
        steps: steps(plan),
        instances: Vec::new(),
        phases: Vec::new(),
        load_start: Nanos::ZERO,
        load_end: Nanos::ZERO,
        warmup_end: Nanos::ZERO,
        arrivals_planned: 0,
        arrivals_to_come: None,
        complete: true,
        generator_cpu: 0.0,
        counts: BTreeMap::new(),
        aborted: None,
        files: BTreeMap::new(),
    };
    let keep = plan.load.keep;
    let mut observers = std::mem::take(&mut job.observers);
    observers.extend(ours);
    Recorder::start(folder, manifest, keep, observers)
        .map(Arc::new)
        .map_err(|error| RunError::Preflight(error.to_string()))
}

/// Where the parts of the plan stand that a report points at.
fn places(loaded: &Loaded) -> BTreeMap<String, PlanPlace> {
    let plan = &loaded.plan;
    let numbered = |list: &'static str, count| (0..count).map(move |number| format!("{list}[{number}]"));
    let paths = numbered("objective", plan.objectives.len())
        .chain(numbered("invariant", plan.invariants.len()))
        .chain(numbered("fault", plan.faults.len()))
        .chain([String::new(), "load".to_owned(), "fault".to_owned()]);
    let place = |path: String| match loaded.sources.origin(&path) {
        Origin::File { file, line, column } => {
            Some((path, PlanPlace { file: file.to_string(), line: *line, column: *column }))
        }
        Origin::Set(_) => None,
    };
    paths.filter_map(place).collect()
}

/// The steps in the order of their numbers: flows, setup, teardown.
fn steps(plan: &Plan) -> Vec<StepInfo> {
    let flows =
        plan.flows.iter().flat_map(|flow| flow.steps.iter().map(|step| info(&flow.name, step, Scope::Load)));
    let setup = plan.setup.steps.iter().map(|step| info("", step, Scope::Setup));
    let teardown = plan.teardown.steps.iter().map(|step| info("", step, Scope::Teardown));
    flows.chain(setup).chain(teardown).collect()
}

fn info(flow: &str, step: &Step, scope: Scope) -> StepInfo {
    let (method, path) = step
        .requests()
        .next()
        .map(|(method, path)| (method.as_str().to_owned(), path.source().to_owned()))
        .unwrap_or_default();
    StepInfo { flow: flow.to_owned(), name: step.name.clone(), method, path, scope }
}

fn environment() -> Environment {
    let name = rustix::system::uname();
    Environment {
        os: format!("{} {}", name.sysname().to_string_lossy(), name.release().to_string_lossy()),
        arch: std::env::consts::ARCH.to_owned(),
        cores: std::thread::available_parallelism().map_or(1, |cores| cores.get() as u32),
        memory: memory(),
        host: name.nodename().to_string_lossy().into_owned(),
    }
}

/// Physical memory in bytes; 0 where the system does not say.
fn memory() -> u64 {
    let Ok(text) = std::fs::read_to_string("/proc/meminfo") else { return 0 };
    text.lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))
        .and_then(|rest| rest.trim().trim_end_matches("kB").trim().parse::<u64>().ok())
        .map_or(0, |kib| kib * 1024)
}
