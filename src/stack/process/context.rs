//! What the driver needs beside the plan.

use crate::event::{Clock, Event, EventSink, SampleSink, StackChange, StackEvent};
use crate::stack::{Facts, Ledger, Links};
use std::path::PathBuf;
use std::sync::Arc;

/// Looks up an environment variable.
pub type Environment = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// What the driver needs beside the plan.
#[derive(Clone)]
pub struct Context {
    /// The run's name among all runs of this machine: the marker by which survivors are found.
    pub run_name: String,
    /// The run's id: `${run_id}`.
    pub run_id: String,
    /// The run's folder: `${run}`. Logs go to `logs/` in it.
    pub run: PathBuf,
    /// Where the plan's relative paths start.
    pub plan_directory: PathBuf,
    /// This program: `${shakedown}`.
    pub shakedown: PathBuf,
    /// What `${env:NAME}` reads.
    pub environment: Environment,
    /// The run's clock.
    pub clock: Clock,
    /// Takes what instances do.
    pub events: Arc<dyn EventSink>,
    /// Takes resource use.
    pub samples: Arc<dyn SampleSink>,
    /// Keeps the list of children.
    pub ledger: Arc<dyn Ledger>,
    /// Links through a proxy; services can be told their addresses.
    pub links: Option<Arc<dyn Links>>,
}

impl Context {
    /// What every text may name: `run`, `run_id` and `shakedown`.
    pub fn facts(&self) -> Facts {
        Facts::from([
            ("run".to_owned(), self.run.to_string_lossy().into_owned()),
            ("run_id".to_owned(), self.run_id.clone()),
            ("shakedown".to_owned(), self.shakedown.to_string_lossy().into_owned()),
        ])
    }

    pub(in crate::stack) fn tell(&self, instance: &str, change: StackChange, detail: Option<String>) {
        let event = StackEvent { instance: instance.to_owned(), change, detail };
        self.events.emit(self.clock.now(), Event::Stack(event));
    }

    pub(in crate::stack) fn note(&self, text: String) {
        self.events.emit(self.clock.now(), Event::Note { text });
    }
}
