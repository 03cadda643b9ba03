//! Samples the plan's probes into the record while the load lasts.

mod http;
mod prometheus;

use super::Job;
use super::preflight::Ready;
use super::rendered::{rendered, url};
use super::secrets::Secrets;
use super::source::{Command, Database, Place};
use crate::event::{Clock, Event, EventSink, Sample, SampleSink};
use crate::json::JsonPath;
use crate::plan::Plan;
use crate::plan::model::Probe;
use crate::record::Recorder;
use crate::stack::{Facts, Instance};
use futures_util::future::join_all;
use http::Http;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;

/// The running probes.
pub(super) struct Probes {
    tasks: Vec<JoinHandle<()>>,
}

impl Probes {
    /// Ends them.
    pub(super) async fn stop(self) {
        for task in self.tasks {
            task.abort();
            // An aborted task ends with an error that says so, and nothing else is of interest.
            let _ = task.await;
        }
    }
}

/// Starts a task for each probe.
pub(super) fn start(job: &Job, ready: &Ready, base: &str, clock: Clock) -> Probes {
    let samplers = samplers(job, ready, base, clock, |_| true);
    Probes { tasks: samplers.into_iter().map(|sampler| tokio::task::spawn_local(sampler.run())).collect() }
}

/// Takes a sample of each probe that an invariant watches: what it showed before the load.
pub(super) async fn before_load(job: &Job, ready: &Ready, base: &str, clock: Clock) {
    let watched = |probe: &Probe| {
        job.loaded.plan.invariants.iter().any(|invariant| invariant.probe.as_ref() == Some(&probe.name))
    };
    let samplers = samplers(job, ready, base, clock, watched);
    join_all(samplers.iter().map(|sampler| sampler.take(false))).await;
}

fn samplers(
    job: &Job,
    ready: &Ready,
    base: &str,
    clock: Clock,
    wanted: impl Fn(&Probe) -> bool,
) -> Vec<Sampler> {
    let around = Surroundings {
        plan: &job.loaded.plan,
        facts: &ready.stack.facts(),
        instances: &ready.stack.instances(),
        base,
        directory: &job.loaded.directory,
        run: &ready.run_name(),
        client: reqwest::Client::builder().no_proxy().build().unwrap_or_default(),
    };
    let sampler = |probe: &Probe| Sampler {
        name: probe.name.clone(),
        every: probe.every.0.max(Duration::from_millis(10)),
        timeout: probe.timeout.0,
        source: source(probe, &around),
        secrets: Secrets::of(probe.templates()),
        clock,
        recorder: ready.recorder.clone(),
    };
    around.plan.probes.iter().filter(|probe| wanted(probe)).map(sampler).collect()
}

/// What a probe stands in.
struct Surroundings<'a> {
    plan: &'a Plan,
    facts: &'a Facts,
    instances: &'a [Instance],
    /// The target.
    base: &'a str,
    directory: &'a Path,
    run: &'a str,
    client: reqwest::Client,
}

/// Where a number comes from.
enum Source {
    Http(Http),
    Sql(Database, String),
    Command(Command),
    /// Nowhere, and why.
    None(String),
}

fn source(probe: &Probe, around: &Surroundings<'_>) -> Source {
    if let Some(get) = &probe.get {
        return Source::Http(Http {
            url: url(around.base, get, around.facts),
            path: probe.value.as_deref().and_then(|path| JsonPath::parse(path).ok()),
            metric: probe.metric.clone(),
            client: around.client.clone(),
            timeout: probe.timeout.0,
        });
    }
    if let (Some(sql), Some(database)) = (&probe.sql, &probe.database) {
        return match Database::parse(&rendered(database, around.facts), around.directory) {
            Ok(database) => Source::Sql(database, sql.clone()),
            Err(reason) => Source::None(reason),
        };
    }
    let Some(words) = &probe.command else { return Source::None("it asks nobody".to_owned()) };
    let service = probe.service.as_ref().and_then(|name| {
        let service = around.plan.stack.services.iter().find(|service| service.name == *name)?;
        Some((service, around.instances.iter().find(|instance| instance.service == *name)?))
    });
    let place = Place { facts: around.facts, service, directory: around.directory, run: around.run };
    Source::Command(Command::new(words, &place))
}

impl Source {
    async fn number(&self) -> Result<f64, String> {
        let number = match self {
            Source::Http(http) => http.number().await,
            Source::Sql(database, sql) => database.number(sql).await,
            Source::Command(command) => command.number().await,
            Source::None(reason) => Err(reason.clone()),
        }?;
        // It compares with nothing, so that it could only make verdicts depend on the order of samples.
        if number.is_nan() { Err("the value is not a number (NaN)".to_owned()) } else { Ok(number) }
    }
}

struct Sampler {
    name: String,
    every: Duration,
    timeout: Duration,
    source: Source,
    secrets: Secrets,
    clock: Clock,
    recorder: Arc<Recorder>,
}

impl Sampler {
    async fn run(self) {
        let mut ticks = tokio::time::interval(self.every);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        let mut failing = false;
        loop {
            ticks.tick().await;
            failing = self.take(failing).await;
        }
    }

    /// Takes a sample; whether it failed. `failing`: whether the one before did.
    async fn take(&self, failing: bool) -> bool {
        let time = self.clock.now();
        let result = self.sample().await;
        // The first failure of a row of them is told; the samples themselves show how long it lasts.
        if let Err(reason) = &result
            && !failing
        {
            let reason = self.secrets.mask(reason);
            self.recorder.emit(time, Event::ProbeFailed { probe: self.name.clone(), reason });
        }
        let failed = result.is_err();
        self.recorder.sample(Sample { time, name: self.name.clone(), instance: None, value: result.ok() });
        failed
    }

    async fn sample(&self) -> Result<f64, String> {
        let limit = tokio::time::timeout(self.timeout, self.source.number());
        limit.await.unwrap_or_else(|_| Err(format!("no answer within {:?}", self.timeout)))
    }
}
