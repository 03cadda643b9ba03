//! What is proven: a row per claim.

use super::{Counts, Outcome, Prepared, Results, Trial};
use crate::verify::Verdict;
use serde::Serialize;

/// The version of [`Proof`] as JSON.
const FORMAT: u32 = 1;

/// Everything that was to be proven, and what came of it.
#[derive(Clone, Debug, Serialize)]
pub struct Proof {
    /// The version of this format.
    pub format: u32,
    /// What built the program.
    pub build: String,
    /// The claims.
    pub rows: Vec<Row>,
}

/// One claim.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Its id.
    pub claim: String,
    /// The claim in words.
    pub words: String,
    /// Pass: proven. Fail: a run failed, or a counter-run did not fail as named. Unknown: something is missing.
    pub verdict: Verdict,
    /// Runs that passed.
    pub passed: usize,
    /// Runs that had to.
    pub runs: usize,
    /// Counter-runs that failed as named.
    pub counters_failed: usize,
    /// Counter-runs that had to.
    pub counters: usize,
    /// What shows it, in one line: of the run that decides.
    pub evidence: String,
    /// The mean time of one round, runs and counter-runs together, in seconds; absent if nothing ran.
    pub seconds: Option<f64>,
}

impl Proof {
    /// The verdict on all claims.
    pub fn verdict(&self) -> Verdict {
        self.rows.iter().map(|row| row.verdict).fold(Verdict::Pass, Verdict::and)
    }
}

/// The table of these trials.
pub fn table(prepared: &[Prepared], trials: &[Trial], results: &Results) -> Proof {
    let mut claims: Vec<&Prepared> = Vec::new();
    for plan in prepared {
        if !claims.iter().any(|other| other.claim == plan.claim) {
            claims.push(plan);
        }
    }
    let rows = claims
        .into_iter()
        .map(|plan| {
            let of_claim: Vec<&Trial> = trials.iter().filter(|trial| trial.claim == plan.claim).collect();
            row(plan, &of_claim, results)
        })
        .collect();
    Proof { format: FORMAT, build: results.build().to_owned(), rows }
}

fn row(plan: &Prepared, trials: &[&Trial], results: &Results) -> Row {
    let found: Vec<(&Trial, Option<&Outcome>)> =
        trials.iter().map(|trial| (*trial, results.of(trial))).collect();
    let as_wanted = |is_counter: bool| {
        let right = found.iter().filter(|(trial, outcome)| {
            trial.counter.is_some() == is_counter
                && outcome.is_some_and(|outcome| outcome.verdict == Verdict::Pass)
        });
        right.count()
    };
    let counters = trials.iter().filter(|trial| trial.counter.is_some()).count();
    let needed = Counts { runs: trials.len() - counters, counters };
    let verdict = verdict(&found, needed);
    let rounds = trials.iter().map(|trial| trial.round).max().unwrap_or(1);
    let seconds: Vec<f64> =
        found.iter().filter_map(|(_, outcome)| outcome.map(|outcome| outcome.seconds)).collect();
    let complete = seconds.len() as f64 / (trials.len().max(1) as f64);
    Row {
        claim: plan.claim.clone(),
        words: plan.words.clone(),
        verdict,
        passed: as_wanted(false),
        runs: needed.runs,
        counters_failed: as_wanted(true),
        counters: needed.counters,
        evidence: evidence(&found, needed, verdict),
        seconds: (!seconds.is_empty()).then(|| seconds.iter().sum::<f64>() / (f64::from(rounds) * complete)),
    }
}

fn verdict(found: &[(&Trial, Option<&Outcome>)], needed: Counts) -> Verdict {
    let of = |outcome: &Option<&Outcome>| outcome.map_or(Verdict::Unknown, |outcome| outcome.verdict);
    let all = found.iter().map(|(_, outcome)| of(outcome)).fold(Verdict::Pass, Verdict::and);
    // A claim that cannot fail proves nothing.
    if needed.counters == 0 { all.and(Verdict::Unknown) } else { all }
}

/// The evidence of the result that decides: the first of those with the row's verdict.
fn evidence(found: &[(&Trial, Option<&Outcome>)], needed: Counts, verdict: Verdict) -> String {
    let decides = found.iter().find_map(|(trial, outcome)| {
        outcome.filter(|outcome| outcome.verdict == verdict).map(|outcome| (trial, outcome))
    });
    match decides {
        Some((_, outcome)) if verdict == Verdict::Pass => outcome.evidence.clone(),
        Some((trial, outcome)) => format!("{}: {}", trial.label(), outcome.evidence),
        None if needed.counters == 0 => {
            "the plan has no [counter]: a claim that cannot fail proves nothing".to_owned()
        }
        None => {
            let missing = found.iter().filter(|(_, outcome)| outcome.is_none()).count();
            format!("{missing} of {} runs are missing", found.len())
        }
    }
}
