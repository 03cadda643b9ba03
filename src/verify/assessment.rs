//! What a run is found to be: `verdict.json`.

use super::Role;
use crate::event::Struck;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Three values: Fail beats Unknown beats Pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The promise was kept, and enough was seen to say so.
    Pass,
    /// Not enough was seen to say.
    Unknown,
    /// The promise was broken.
    Fail,
}

impl Verdict {
    /// The verdict on both.
    #[must_use]
    pub fn and(self, other: Verdict) -> Verdict {
        self.max(other)
    }
}

/// An interval that contains the true value with a stated confidence, in the metric's base unit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Interval {
    /// Its lower end; absent: unbounded.
    pub low: Option<f64>,
    /// Its upper end; absent: unbounded.
    pub high: Option<f64>,
}

/// The verdict on one objective.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ObjectiveReport {
    /// Its id, or its expression with step and window.
    pub id: String,
    /// The expression.
    pub expect: String,
    /// The window.
    pub window: String,
    /// The flow it is limited to.
    pub flow: Option<String>,
    /// The step it is limited to.
    pub step: Option<String>,
    /// The verdict.
    pub verdict: Verdict,
    /// Whether it is shown only, and does not gate.
    pub advisory: bool,
    /// Why, in one sentence.
    pub reason: String,
    /// What was measured, in the metric's base unit (ns, share, 1/s, number); absent: no value (or no good reply).
    pub actual: Option<f64>,
    /// The same, written with its unit.
    pub actual_text: String,
    /// For latency: measured from the actual instead of the intended send.
    pub actual_from_send: Option<f64>,
    /// The bound in the metric's base unit.
    pub bound: f64,
    /// Operations (or samples) in the window.
    pub samples: u64,
    /// Operations in the window that failed by the generator's own doing: not among the samples.
    #[serde(default)]
    pub local: u64,
    /// The 95 % interval by moving-block bootstrap over seconds.
    pub interval: Option<Interval>,
    /// The share of the error budget that was burned, for objectives that have one (1 = all of it).
    pub budget_burned: Option<f64>,
    /// The few lines that show it: what was wrong, how often, from when to when.
    #[serde(default)]
    pub evidence: Vec<String>,
    /// In a counter-run: whether it must or may fail.
    #[serde(default)]
    pub role: Option<Role>,
}

/// What one step of the load was like, warm-up excluded. Quantiles are those of operations, from the intended start;
/// absent where they lie among operations that were not good, or where there were none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StepReport {
    /// The flow.
    pub flow: String,
    /// The step.
    pub step: String,
    /// Operations.
    pub operations: u64,
    /// Those of them that were bad.
    pub bad: u64,
    /// Operations that failed by the generator's own doing (a limit of its machine, the end of the run): not among the
    /// others.
    #[serde(default)]
    pub local: u64,
    /// Requests that were made for them.
    pub attempts: u64,
    /// The median in nanoseconds.
    pub p50: Option<f64>,
    /// 90 % in nanoseconds.
    pub p90: Option<f64>,
    /// 99 % in nanoseconds.
    pub p99: Option<f64>,
    /// The longest of a good operation in nanoseconds.
    pub max: Option<f64>,
}

/// The verdict on one invariant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InvariantReport {
    /// Its id.
    pub id: String,
    /// The checker.
    pub check: String,
    /// The verdict.
    pub verdict: Verdict,
    /// Why, in one sentence.
    pub reason: String,
    /// Operations that the checker saw.
    pub samples: u64,
    /// The few lines that show it.
    pub evidence: Vec<String>,
    /// In a counter-run: whether it must or may fail.
    #[serde(default)]
    pub role: Option<Role>,
}

/// When users were served again after a fault.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RecoveryReport {
    /// What had to hold.
    pub indicator: String,
    /// For how long, in seconds.
    pub hold: f64,
    /// From applied (or from the first trouble since the action began, if that came before) until recovered, in seconds:
    /// [last bad, first good]; an absent upper end: not seen.
    pub after_applied: Interval,
    /// From where that counts, in seconds from the start of the load. Absent in assessments of older versions.
    #[serde(default)]
    pub counted_from: Option<f64>,
    /// The same from healed; absent if never healed.
    pub after_healed: Option<Interval>,
}

/// What became of one occurrence of a fault. Times in seconds from the start of the load.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FaultReport {
    /// The plan's id.
    pub id: String,
    /// 0, 1, 2, … where it repeats.
    pub occurrence: u32,
    /// The kind.
    pub kind: String,
    /// What it struck.
    pub targets: Vec<String>,
    /// Pass: applied and healed, and it struck something. Unknown: it could not be, never came to it, or struck nothing.
    pub verdict: Verdict,
    /// Why, in one sentence.
    pub reason: String,
    /// When it was to strike.
    pub planned: Option<f64>,
    /// When the action began.
    pub started: Option<f64>,
    /// When it was confirmed to be in force.
    pub applied: Option<f64>,
    /// When it was to be healed.
    pub heal_planned: Option<f64>,
    /// When it was confirmed to be gone.
    pub healed: Option<f64>,
    /// Operations in its window, and those of them that were bad.
    pub operations: u64,
    /// Bad operations in its window.
    pub bad: u64,
    /// Operations in its window that failed by the generator's own doing: not among the others.
    #[serde(default)]
    pub local: u64,
    /// When users were served again.
    pub recovery: Option<RecoveryReport>,
    /// MTTR in seconds: from applied until users were seen to be served again, the mean over all occurrences of this
    /// fault. Absent if one of them did not recover before the end of the load.
    #[serde(default)]
    pub mttr: Option<f64>,
    /// RPO: acknowledged writes that were lost to it. Absent if no invariant could tell.
    #[serde(default)]
    pub rpo: Option<RpoReport>,
    /// What it struck, as counted by what enforces it; absent: it never came to it, or the record does not count.
    #[serde(default)]
    pub struck: Option<Struck>,
    /// Whether the plan allows it to strike nothing.
    #[serde(default)]
    pub may_miss: bool,
}

impl FaultReport {
    /// When its window begins, in seconds from the start of the load: with the action.
    pub fn began(&self) -> Option<f64> {
        match (self.started, self.applied) {
            (Some(started), Some(applied)) => Some(started.min(applied)),
            (started, applied) => started.or(applied),
        }
    }
}

/// Acknowledged writes that a fault cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RpoReport {
    /// The invariant that found it.
    pub invariant: String,
    /// How many were lost.
    pub lost: u64,
    /// From the first to the last acknowledgement of a lost one, in seconds.
    pub span: f64,
}

/// What the generator says of itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GeneratorReport {
    /// Unknown if it was too late or too slow for the run to say anything.
    pub verdict: Verdict,
    /// Why, in one sentence.
    pub reason: String,
    /// Lateness of sends against the plan in nanoseconds: p50.
    pub lateness_p50: Option<f64>,
    /// p99.
    pub lateness_p99: Option<f64>,
    /// The largest.
    pub lateness_max: Option<f64>,
    /// Planned arrivals.
    pub planned: u64,
    /// Arrivals that started.
    pub started: u64,
    /// Arrivals that were dropped.
    pub dropped: u64,
    /// Arrivals per second that were planned, on average.
    pub rate_planned: f64,
    /// Arrivals per second that started, on average.
    pub rate_reached: f64,
    /// The generator's processor time, in cores, on average.
    pub cpu: f64,
}

/// The version of [`Assessment`] as JSON that this program writes.
pub const FORMAT: u32 = 1;

/// What a run is found to be. A pure function of the record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Assessment {
    /// The version of this format.
    pub format: u32,
    /// The plan's name.
    pub plan: String,
    /// The plan's claim.
    pub claim: Option<String>,
    /// The name of the counter-run, if it was one; empty if it has none.
    #[serde(default)]
    pub counter: Option<String>,
    /// The verdict on the whole. Of a counter-run: pass if it failed as named.
    pub verdict: Verdict,
    /// Why, in one sentence.
    pub reason: String,
    /// The objectives in the plan's order.
    pub objectives: Vec<ObjectiveReport>,
    /// The invariants in the plan's order.
    pub invariants: Vec<InvariantReport>,
    /// The faults in the order of time.
    pub faults: Vec<FaultReport>,
    /// The steps of the load in the record's order.
    #[serde(default)]
    pub steps: Vec<StepReport>,
    /// The generator.
    pub generator: GeneratorReport,
    /// What else makes the run say less: a torn record, an abort, something left unhealed.
    pub caveats: Vec<String>,
    /// Operations in the measured load.
    pub operations: u64,
    /// Attempts in the measured load.
    pub attempts: u64,
    /// Bad operations in the measured load.
    pub bad: u64,
    /// Operations in the measured load that failed by the generator's own doing: not among the others.
    #[serde(default)]
    pub local: u64,
    /// Operations excluded as warm-up.
    pub warmup_operations: u64,
    /// The length of the measured load in seconds.
    pub duration: f64,
}
