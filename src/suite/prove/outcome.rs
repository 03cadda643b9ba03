//! A result: a line of `results.jsonl`.

use super::Trial;
use crate::verify::Verdict;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The version of [`Outcome`] as JSON.
pub const FORMAT: u32 = 1;

/// What became of one run or counter-run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The version of this format.
    pub format: u32,
    /// The claim's id.
    pub claim: String,
    /// The plan's file.
    pub plan: PathBuf,
    /// The SHA-256 of the plan's whole text.
    pub plan_sha256: String,
    /// The counter-run's name, if it is one; empty if it has none.
    pub counter: Option<String>,
    /// Which time, from 1.
    pub round: u32,
    /// Pass: it came out as the claim has it: the run passed, the counter-run failed as named.
    pub verdict: Verdict,
    /// What shows it, in one line.
    pub evidence: String,
    /// How long it took, the stack's coming and going included, in seconds.
    pub seconds: f64,
    /// The run folder, if there is one.
    pub folder: Option<PathBuf>,
    /// What built the program that ran it: results of different builds do not make one proof.
    pub build: String,
    /// When it ended, UTC.
    pub ended: String,
}

impl Outcome {
    /// Whether it is the result of this trial.
    pub(super) fn is_of(&self, trial: &Trial) -> bool {
        self.claim == trial.claim
            && self.plan == trial.plan
            && self.plan_sha256 == trial.sha256
            && self.counter == trial.counter
            && self.round == trial.round
    }
}
