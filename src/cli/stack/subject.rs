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
            _ if which.stack == reference::NAME => reference::subject(&which.profiles)?,
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
        project_name(self.spec.project.as_deref(), &self.name)
    }

    /// The project's lock: nobody changes a deployment while a run is going on.
    pub(super) fn lock(&self) -> Result<Lock, Stop> {
        Lock::acquire(&heal::state()?, &self.project(), "shakedown stack").map_err(Stop::deployment)
    }

    /// The driver; everything is checked, nothing is touched. Notes are printed as they come.
    pub(super) async fn driver(&self) -> Result<ComposeStack, Stop> {
        let program = std::env::current_exe().map_err(Stop::deployment)?;
        let context = Context {
            links: None,
            run_name: self.project(),
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
    let chosen = chosen_project(&path, &directory, &|name| std::env::var(name).ok());
    let spec = StackSpec {
        kind: StackKind::Compose,
        file: Some(path.to_string_lossy().into_owned()),
        project: Some(chosen.unwrap_or_else(|| name.clone())),
        ..StackSpec::default()
    };
    Ok(Subject { spec, name, directory })
}

/// The project's name where one was chosen, in the order in which Compose looks: the environment, `.env` beside the file, the
/// file's own `name`. <https://docs.docker.com/compose/how-tos/project-name/>
fn chosen_project(
    file: &Path,
    directory: &Path,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Option<String> {
    const VARIABLE: &str = "COMPOSE_PROJECT_NAME";
    let plain = |value: &str| value.trim().trim_matches(['"', '\'']).to_owned();
    let line = |path: &Path, key: &str, sign: char| {
        let text = std::fs::read_to_string(path).ok()?;
        let mut lines = text.lines().filter_map(|line| line.split_once(sign));
        lines.find(|(name, _)| name.trim_end() == key).map(|(_, value)| plain(value))
    };
    let chosen = environment(VARIABLE)
        .or_else(|| line(&directory.join(".env"), VARIABLE, '='))
        .or_else(|| line(file, "name", ':'));
    chosen.filter(|name| !name.is_empty())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_is_named_as_compose_names_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let home = folder.path().join("My.Shop");
        std::fs::create_dir(&home).expect("made");
        let file = home.join("compose.yaml");
        std::fs::write(&file, "services:\n  web:\n    image: x\n    name: no\n").expect("written");
        let none = |_: &str| None;
        assert_eq!(of_file(&file).expect("a stack").project(), "myshop");
        assert_eq!(chosen_project(&file, &home, &none), None);
        std::fs::write(&file, "name: Other.One\nservices: {}\n").expect("written");
        assert_eq!(chosen_project(&file, &home, &none).as_deref(), Some("Other.One"));
        std::fs::write(home.join(".env"), "A=1\nCOMPOSE_PROJECT_NAME='third'\n").expect("written");
        assert_eq!(chosen_project(&file, &home, &none).as_deref(), Some("third"));
        let set = |name: &str| (name == "COMPOSE_PROJECT_NAME").then(|| "fourth".to_owned());
        assert_eq!(chosen_project(&file, &home, &set).as_deref(), Some("fourth"));
    }
}
