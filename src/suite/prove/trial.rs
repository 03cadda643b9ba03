//! What is to be run: every plan and every counter-run, as often as asked for.

use super::Claim;
use crate::plan::{self, Diagnostics, Override};
use crate::record::sha256;
use std::path::PathBuf;

/// A plan that was read, and what of it is to be run.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// The claim's id.
    pub claim: String,
    /// The claim in words.
    pub words: String,
    /// The plan's file.
    pub plan: PathBuf,
    /// The SHA-256 of the plan's whole text, includes folded in and overrides applied.
    pub sha256: String,
    /// Its counter-runs.
    pub counters: Vec<CounterRun>,
}

/// A counter-run of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CounterRun {
    /// Its name; empty for the only one of a plan.
    pub name: String,
    /// How often it is tried until it fails as named.
    pub tries: u32,
}

/// One run, or one counter-run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// The claim's id.
    pub claim: String,
    /// The plan's file.
    pub plan: PathBuf,
    /// The SHA-256 of the plan's text.
    pub sha256: String,
    /// The counter-run's name, if it is one.
    pub counter: Option<String>,
    /// Which time, from 1.
    pub round: u32,
    /// How often it is tried until it has shown what it must; a run once.
    pub tries: u32,
}

impl Trial {
    /// `L2 (L2-instance-dies), run 2` or `…, counter-run 2`.
    pub fn label(&self) -> String {
        let plan = self.plan.file_stem().unwrap_or_default().to_string_lossy();
        let kind = match self.counter.as_deref() {
            None => "run".to_owned(),
            Some("") => "counter-run".to_owned(),
            Some(name) => format!("counter-run `{name}`"),
        };
        format!("{} ({plan}), {kind} {}", self.claim, self.round)
    }
}

/// How many runs and counter-runs a claim needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Runs that must pass.
    pub runs: usize,
    /// Counter-runs that must fail as named.
    pub counters: usize,
}

/// Reads every plan of every claim.
///
/// # Errors
/// Everything that is wrong with any of them.
pub fn prepare(claims: &[Claim], overrides: &[Override]) -> Result<Vec<Prepared>, Vec<Diagnostics>> {
    let mut prepared = Vec::new();
    let mut wrong = Vec::new();
    for claim in claims {
        for file in &claim.plans {
            match plan::load(file, overrides) {
                Ok(loaded) => prepared.push(Prepared {
                    claim: claim.id.clone(),
                    words: loaded.plan.claim.clone().unwrap_or_else(|| loaded.plan.name.clone()),
                    plan: file.clone(),
                    sha256: sha256(loaded.text.as_bytes()),
                    counters: loaded
                        .plan
                        .counters
                        .iter()
                        .map(|counter| CounterRun {
                            name: counter.name.clone().unwrap_or_default(),
                            tries: counter.tries,
                        })
                        .collect(),
                }),
                Err(diagnostics) => wrong.push(diagnostics),
            }
        }
    }
    if wrong.is_empty() { Ok(prepared) } else { Err(wrong) }
}

/// All trials: round by round, in each the plans in order, each followed by its counter-runs. A proof that is broken off
/// early has then seen every claim once rather than the first one three times.
pub fn trials(prepared: &[Prepared], times: u32) -> Vec<Trial> {
    let of = |plan: &Prepared, round: u32| {
        let counters = plan.counters.iter().map(Some);
        std::iter::once(None)
            .chain(counters)
            .map(|counter| Trial {
                claim: plan.claim.clone(),
                plan: plan.plan.clone(),
                sha256: plan.sha256.clone(),
                tries: counter.map_or(1, |counter| counter.tries),
                counter: counter.map(|counter| counter.name.clone()),
                round,
            })
            .collect::<Vec<_>>()
    };
    (1..=times).flat_map(|round| prepared.iter().flat_map(move |plan| of(plan, round))).collect()
}
