//! `run.json`: what the run was, and what seals its files.

use crate::event::{Nanos, Phase};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The version of the run folder's format that this program writes.
pub const FORMAT: u32 = 1;

/// Where a step belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// To the measured load.
    Load,
    /// To `[setup]`.
    Setup,
    /// To `[teardown]`.
    Teardown,
}

/// A step; its place in [`Manifest::steps`] is the number in the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepInfo {
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

/// An instance that answered or was struck; its place in [`Manifest::instances`] is the number in the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceInfo {
    /// The name: `node-1`, or whatever the instance header said.
    pub name: String,
    /// The service, where it is one of the stack's.
    pub service: Option<String>,
}

/// A phase with its bounds on the run's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhaseInfo {
    /// Which.
    pub phase: Phase,
    /// Its beginning.
    pub from: Nanos,
    /// Its end.
    pub to: Nanos,
}

/// What seals a primary file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileSeal {
    /// Its length in bytes.
    pub length: u64,
    /// The SHA-256 of its content, in hexadecimal.
    pub sha256: String,
}

/// The machine and the program.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Environment {
    /// The operating system and its version.
    pub os: String,
    /// The processor architecture.
    pub arch: String,
    /// The number of cores that we may use.
    pub cores: u32,
    /// Memory in bytes.
    pub memory: u64,
    /// The host's name.
    pub host: String,
}

/// A place in a plan's file; line and column count from 1, the column in characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanPlace {
    /// The file, as it was given; of an included part the included file.
    pub file: String,
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
}

/// What the run was, and what seals its files. Written at the start without seals and again at the end: a folder whose
/// manifest is not sealed is torn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of the format, [`FORMAT`].
    pub format: u32,
    /// The version of shakedown that wrote it.
    pub version: String,
    /// The plan's file name as the user gave it.
    pub plan_file: String,
    /// The plan's whole text (includes folded in and overrides applied), as TOML.
    pub plan: String,
    /// The SHA-256 of that text.
    pub plan_sha256: String,
    /// Overrides given on the command line or by a counter-run, `path=value`.
    pub overrides: Vec<String>,
    /// The name of the counter-run, if this was one.
    pub counter: Option<String>,
    /// Where objectives, invariants, faults and the load stood in the plan's files when the run began: `objective[2]`,
    /// `load`; the empty path is the whole plan. Empty in older records; a value of an override has none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub places: BTreeMap<String, PlanPlace>,
    /// The seed.
    pub seed: u64,
    /// The run's id, on which its UUIDs depend besides the seed: `${run_id}`. Absent in records of versions before there
    /// was one: their keys are those of every run with the seed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<String>,
    /// Which of several generators wrote this, from 0.
    pub generator: u32,
    /// The wall-clock time of the run clock's zero: nanoseconds since 1970-01-01 UTC.
    pub anchor_utc: i64,
    /// The machine.
    pub environment: Environment,
    /// The steps by number.
    pub steps: Vec<StepInfo>,
    /// The instances by number.
    pub instances: Vec<InstanceInfo>,
    /// The phases in order.
    pub phases: Vec<PhaseInfo>,
    /// The start of the load on the run's clock: the zero of the plan's timeline.
    pub load_start: Nanos,
    /// The end of the load (before drain).
    pub load_end: Nanos,
    /// The end of warm-up, on the run's clock.
    pub warmup_end: Nanos,
    /// Planned arrivals (open model), or iterations started (closed model); from the whole load.
    pub arrivals_planned: u64,
    /// How many arrivals were still to come where the run was ended before its time (open model). Absent: not recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrivals_to_come: Option<u64>,
    /// Whether `operations.arrows` holds every attempt; if not, only marked ones.
    pub complete: bool,
    /// The generator's own processor time in seconds: workers and writer, from the start to the end of the load.
    pub generator_cpu: f64,
    /// Counts by name: `attempts`, `operations`, `dropped`, `in_flight_at_end`, `clipped`, …
    pub counts: BTreeMap<String, u64>,
    /// How the run ended, where it was before its time.
    pub aborted: Option<String>,
    /// The seals of the primary files by name; empty until the run is closed.
    pub files: BTreeMap<String, FileSeal>,
}
