//! A plan's flows, compiled: everything that can be known before the run is worked out here.

use super::checks::{Check, Statuses};
use super::condition::Condition;
use super::extract::Extraction;
use super::feeder::Rows;
use super::generate::Maker;
use super::mask::Masker;
use super::outcome::Rule;
use super::random::{Chance, RunKey, Streams};
use super::reason::bounded;
use super::replay::Replays;
use super::request::Blank;
use super::retry::Policy;
use super::state::Context;
use super::text::Text;
use crate::event::{Nanos, StepId};
use crate::http::{ClientConfig, Origin};
use crate::json::Paths;
use crate::plan::model::FeederOrder;
use std::sync::Arc;
use std::time::Duration;

/// Flows, setup and teardown, ready to be carried out. Shared by all workers.
#[derive(Debug)]
pub struct Program {
    pub(super) seed: u64,
    /// What the run's identifiers depend on besides.
    pub(super) run: RunKey,
    /// Whether the load's model is the closed one.
    pub(super) closed: bool,
    pub(super) flows: Vec<Walk>,
    /// The flows' weights, each with those before it added.
    pub(super) weights: Vec<f64>,
    pub(super) setup: Walk,
    pub(super) teardown: Walk,
    /// The slots that setup's steps fill.
    pub(super) setup_slots: Vec<u16>,
    pub(super) specs: Vec<StepSpec>,
    /// The name of each slot.
    pub(super) slots: Vec<String>,
    pub(super) feeders: Vec<Rows>,
    pub(super) makers: Vec<Maker>,
    pub(super) masker: Masker,
    pub(super) origin: Origin,
    pub(super) instance_header: Option<String>,
    pub(super) per_user_connections: bool,
    /// Whether the path of every request goes into the record, not only that of each step's first.
    pub(super) keeps_targets: bool,
    pub(super) client: Arc<ClientConfig>,
}

/// A step as the record's manifest lists it. Its place in [`Program::steps`] is its [`StepId`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepSpec {
    /// The flow; empty for setup and teardown.
    pub flow: String,
    /// The step's name.
    pub name: String,
    /// `GET`, …
    pub method: String,
    /// The path as the plan has it, `${…}` and all.
    pub path: String,
    /// Where it belongs.
    pub scope: Scope,
}

/// Where a step belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// To the measured load.
    Load,
    /// To `[setup]`.
    Setup,
    /// To `[teardown]`.
    Teardown,
}

/// Steps one after another: a flow, setup or teardown.
#[derive(Debug, Default)]
pub(super) struct Walk {
    pub(super) steps: Vec<StepPlan>,
    /// The feeders whose rows it uses.
    pub(super) feeders: Vec<u16>,
}

/// One step, compiled.
#[derive(Debug)]
pub(super) struct StepPlan {
    pub(super) id: StepId,
    pub(super) request: Blank,
    pub(super) timeout: Duration,
    pub(super) statuses: Statuses,
    /// The other checks, in the order in which they are made.
    pub(super) checks: Vec<Check>,
    /// The JSONPaths of checks and extractions.
    pub(super) paths: Paths,
    pub(super) extractions: Vec<Extraction>,
    pub(super) when: Option<Condition>,
    pub(super) repeat: Repeat,
    /// The shortest and the longest think time.
    pub(super) think: Option<(Nanos, Nanos)>,
    pub(super) retry: Option<Policy>,
    pub(super) replay: Option<Replays>,
    pub(super) mark: Option<Mark>,
    pub(super) rules: Vec<Rule>,
}

/// How often a step is carried out.
#[derive(Debug)]
pub(super) enum Repeat {
    /// So often.
    Times(u64),
    /// As often as this says.
    Said(Text),
}

/// What verification follows: the step's `effect` or `read`.
#[derive(Debug)]
pub(super) struct Mark {
    pub(super) key: Marked,
    pub(super) value: Option<Marked>,
    pub(super) version: Option<Marked>,
}

/// A part of it.
#[derive(Debug)]
pub(super) struct Marked {
    pub(super) text: Text,
    /// Whether it holds what this step itself extracts: then only a good reply gives it a value. Without this a
    /// repeated step would tell an earlier reply's value again.
    pub(super) from_reply: bool,
}

impl Program {
    /// All steps: the flows' in the plan's order, then setup's, then teardown's.
    pub fn steps(&self) -> &[StepSpec] {
        &self.specs
    }

    /// The longest that one attempt may take.
    pub fn max_timeout(&self) -> Duration {
        let walks = self.flows.iter().chain([&self.setup, &self.teardown]);
        walks.flat_map(|walk| &walk.steps).map(|step| step.timeout).max().unwrap_or_default()
    }

    /// Whether every user has connections of its own.
    pub fn per_user_connections(&self) -> bool {
        self.per_user_connections
    }

    /// The first feeder with unique rows that has none for this user; sessions of such a user that use it end as
    /// [`super::Ended::NoRow`].
    pub fn exhausted_feeder(&self, user: u64) -> Option<&str> {
        let exhausted = |rows: &&Rows| rows.order == FeederOrder::Unique && rows.len() as u64 <= user;
        self.feeders.iter().find(exhausted).map(|rows| rows.name.as_str())
    }

    /// What a step is called in messages.
    pub(super) fn title(&self, step: StepId) -> String {
        match self.specs.get(usize::from(step.0)) {
            Some(StepSpec { scope: Scope::Load, flow, name, .. }) => format!("flow `{flow}`, step `{name}`"),
            Some(StepSpec { scope: Scope::Setup, name, .. }) => format!("setup, step `{name}`"),
            Some(StepSpec { scope: Scope::Teardown, name, .. }) => format!("teardown, step `{name}`"),
            None => format!("step {}", step.0),
        }
    }
}

impl Program {
    /// The same; whether the record gets the path of every request, not only that of each step's first.
    #[must_use]
    pub fn keeping_targets(self, keeps_targets: bool) -> Program {
        Program { keeps_targets, ..self }
    }

    /// How connections are made.
    pub fn client_config(&self) -> Arc<ClientConfig> {
        self.client.clone()
    }

    /// The first step of the flow that a session walks: what an arrival that could not start would have done.
    pub fn first_step(&self, session: u64) -> StepId {
        let flow = self.flow(&mut Streams::new(self.seed, session).data);
        self.flows[flow].steps.first().map_or(StepId(0), |step| step.id)
    }

    /// Chooses a flow by weight: the number drawn first from a session's data.
    pub(super) fn flow(&self, chance: &mut Chance) -> usize {
        match self.weights.as_slice() {
            [] | [_] => 0,
            [.., all] => {
                let drawn = chance.unit() * all;
                self.weights.partition_point(|weight| *weight <= drawn).min(self.weights.len() - 1)
            }
        }
    }
}

impl StepPlan {
    /// How often the step is carried out. The error says what is no number.
    pub(super) fn times(&self, cx: &mut Context<'_>) -> Result<u64, String> {
        match &self.repeat {
            Repeat::Times(times) => Ok(*times),
            Repeat::Said(text) => {
                let said = text.rendered(cx)?;
                said.trim()
                    .parse()
                    .map_err(|_| format!("repeat = `{}` is not a whole number", bounded(&said)))
            }
        }
    }

    /// How long the user thinks after this step.
    pub(super) fn think(&self, chance: &mut Chance) -> Nanos {
        match self.think {
            None => Nanos::ZERO,
            Some((shortest, longest)) => {
                let span = longest.0.saturating_sub(shortest.0).max(0) as u64;
                shortest + Nanos(chance.below(span.saturating_add(1)) as i64)
            }
        }
    }
}
