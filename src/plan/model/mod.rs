//! What a plan may say: one file per kind of section. The doc comments are the plan reference and the JSON Schema.

mod contract;
mod counter;
mod fault;
mod feeder;
mod final_read;
mod flow;
mod invariant;
mod load;
mod objective;
mod one_or_many;
mod probe;
mod stack;
mod step;
mod target;

pub use contract::{Contract, Effected};
pub use counter::Counter;
pub use fault::{
    Between, DnsFault, ExecFault, FaultSpec, HttpFault, LimitFault, PacketFault, PartitionFault,
    ProcessFault, ScaleFault, Target as FaultTarget, ToxicFault,
};
pub use feeder::{Feeder, FeederOrder};
pub use final_read::{Baseline, FinalRead};
pub use flow::{Flow, Steps};
pub use invariant::Invariant;
pub use load::{Arrivals, Connections, Executor, Keep, Load, LoadModel, Spike, Stage};
pub use objective::Objective;
pub use one_or_many::OneOrMany;
pub use probe::Probe;
pub use stack::{Link, Ready, STOP_WITHIN, ServiceSpec, StackKind, StackSpec};
pub use step::{Effect, Expect, Extract, ExtractRule, Method, Read, Replay, Retry, RetryOn, Step, Think};
pub use target::{HttpVersion, TargetSpec};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A plan: one experiment on a deployment.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// What the experiment is called. Names the run folder.
    pub name: String,
    /// The claim that the experiment proves or refutes, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<String>,
    /// The seed of everything random. The same seed makes the same arrivals, choices and data.
    #[serde(default)]
    pub seed: u64,
    /// Other plan files whose flows, feeders, probes and setup are taken over; paths relative to this file.
    #[serde(default)]
    pub include: Vec<String>,
    /// The deployment.
    #[serde(default)]
    pub stack: StackSpec,
    /// Where requests go.
    pub target: TargetSpec,
    /// Steps carried out once before the load; what they extract is known to every flow.
    #[serde(default)]
    pub setup: Steps,
    /// Steps carried out once after the load.
    #[serde(default)]
    pub teardown: Steps,
    /// Values sampled into the record while the run lasts.
    #[serde(default, rename = "probe")]
    pub probes: Vec<Probe>,
    /// Files of data for the flows.
    #[serde(default, rename = "feeder")]
    pub feeders: Vec<Feeder>,
    /// How much load, and in which form.
    pub load: Load,
    /// What users do.
    #[serde(rename = "flow")]
    pub flows: Vec<Flow>,
    /// What is broken, and when.
    #[serde(default, rename = "fault")]
    pub faults: Vec<FaultSpec>,
    /// Rules by contract that override what a status says about an attempt's outcome.
    #[serde(default, rename = "contract")]
    pub contracts: Vec<Contract>,
    /// What users must get.
    #[serde(default, rename = "objective")]
    pub objectives: Vec<Objective>,
    /// What is read from the deployment after the load.
    #[serde(default, rename = "final")]
    pub finals: Vec<FinalRead>,
    /// What must hold of everything that was done.
    #[serde(default, rename = "invariant")]
    pub invariants: Vec<Invariant>,
    /// The plan's own falsification: the same plan, broken on purpose.
    #[serde(default, rename = "counter")]
    pub counters: OneOrMany<Counter>,
}
