//! The deployment that is meant: a plan's, a compose file's, or the one that comes with shakedown.

use super::super::{Stop, heal, output};
use super::{Which, reference};
use crate::chaos::Lock;
use crate::event::{Clock, Event, EventSink, Nanos, Sample, SampleSink};
use crate::plan;
use crate::plan::model::{StackKind, StackSpec};
use crate::stack::docker::{Address, ComposeStack, Engine, preflight, project_name};
use crate::stack::{Context, NoLedger};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A deployment that is meant.
pub(super) struct Subject {
    /// How it is brought up.
    pub spec: StackSpec,
    /// What it is called, where `spec` does not say its project.
    pub name: String,
    /// Where relative paths start.
    pub directory: PathBuf,
}

impl Subject {
    /// Reads what the words name; nothing is touched.
    pub(super) fn of(which: &Which) -> Result<Subject, Stop> {
        let path = Path::new(&which.stack);
        let mut subject = match path.extension().and_then(|extension| extension.to_str()) {
            Some("toml") => of_plan(path)?,
            Some("yaml" | "yml") => of_file(path)?,
            _ if which.stack == reference::NAME => reference::subject()?,
            _ => {
                return Err(Stop::usage(format!(
                    "`{}` is no stack; name a plan (`.toml`), a compose file (`.yaml`), or `{}`",
                    which.stack,
                    reference::NAME
                )));
            }
        };
        if let Some(project) = &which.project {
            subject.spec.project = Some(project.clone());
        }
        subject.spec.profiles.extend(which.profiles.iter().cloned());
        Ok(subject)
    }

    /// The Compose project.
    pub(super) fn project(&self) -> String {
        project_name(self.spec.project.as_deref().unwrap_or(&self.name))
    }

    /// The project's lock: nobody changes a deployment while a run is going on.
    pub(super) fn lock(&self) -> Result<Lock, Stop> {
        Lock::acquire(&heal::state()?, &self.project(), "shakedown stack").map_err(Stop::deployment)
    }

    /// The driver; everything is checked, nothing is touched. Notes are printed as they come.
    pub(super) async fn driver(&self) -> Result<ComposeStack, Stop> {
        let program = std::env::current_exe().map_err(Stop::deployment)?;
        let context = Context {
            run_id: self.project(),
            run: self.directory.clone(),
            plan_directory: self.directory.clone(),
            shakedown: program,
            environment: Arc::new(|name| std::env::var(name).ok()),
            clock: Clock::start(),
            events: Arc::new(Printed),
            samples: Arc::new(Printed),
            ledger: Arc::new(NoLedger),
        };
        preflight(&self.spec, &self.name, context).await.map_err(Stop::deployment)
    }
}

/// The engine, where nothing else is needed.
pub(super) async fn engine() -> Result<Engine, Stop> {
    let address = Address::from_environment(&|name| std::env::var(name).ok());
    Engine::connect(&address).await.map_err(Stop::deployment)
}

fn of_plan(path: &Path) -> Result<Subject, Stop> {
    let loaded = plan::load(path, &[])
        .map_err(|diagnostics| Stop::usage(format!("the plan has mistakes\n{diagnostics}")))?;
    if loaded.plan.stack.kind != StackKind::Compose {
        return Err(Stop::usage(format!(
            "{}: its stack is not one of containers (`kind = \"compose\"`); processes live only as long as their run",
            path.display()
        )));
    }
    Ok(Subject { spec: loaded.plan.stack, name: loaded.plan.name, directory: loaded.directory })
}

fn of_file(path: &Path) -> Result<Subject, Stop> {
    let path = std::path::absolute(path).map_err(Stop::usage)?;
    if !path.is_file() {
        return Err(Stop::usage(format!("there is no compose file {}", path.display())));
    }
    let directory = path.parent().unwrap_or(Path::new("/")).to_owned();
    let name = directory.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let spec = StackSpec {
        kind: StackKind::Compose,
        file: Some(path.to_string_lossy().into_owned()),
        ..StackSpec::default()
    };
    Ok(Subject { spec, name, directory })
}

/// Prints notes; a deployment by hand has no record.
struct Printed;

impl EventSink for Printed {
    fn emit(&self, _: Nanos, event: Event) {
        if let Event::Note { text } = event {
            output::line(&text);
        }
    }
}

impl SampleSink for Printed {
    fn sample(&self, _: Sample) {}
}
