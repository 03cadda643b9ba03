//! Claims proven by experiment: each plan runs, and so does its falsification.
//!
//! A claim is proven only when every run of its plans passes **and** every counter-run fails as it says it must: a claim
//! that cannot fail proves nothing. Each result is on the disk before the next run begins, so that a long proof can be
//! resumed.

mod claim;
mod evidence;
mod export;
mod outcome;
mod results;
mod table;
mod trial;

#[cfg(test)]
mod tests;

pub use claim::{Claim, claims};
pub use evidence::evidence;
pub use export::{csv, json, markdown, terminal};
pub use outcome::{FORMAT, Outcome};
pub use results::{Results, newest};
pub use table::{Proof, Row, table};
pub use trial::{CounterRun, Counts, Prepared, Trial, prepare, trials};

use std::io;

/// What became of one run or counter-run.
pub struct Carried {
    /// The result; absent where the run was broken off and says nothing.
    pub outcome: Option<Outcome>,
    /// Why nothing more can be run: the user wants it, or something was left broken.
    pub stop: Option<String>,
}

/// How a proof goes on.
pub enum Progress<'a> {
    /// So many results of before count, and are not run again.
    Kept(usize),
    /// A run begins.
    Begins {
        /// Which of all.
        number: usize,
        /// How many there are.
        of: usize,
        /// What is run.
        trial: &'a Trial,
    },
    /// It is over, and its result is on the disk.
    Ended(&'a Outcome),
}

/// Carries out whatever of the trials has no result yet, one after another, and appends each result as it comes. Gives
/// the reason why it ended early, if it did.
///
/// # Errors
/// When a result cannot be written: to go on would be for nothing.
pub fn prove(
    trials: &[Trial],
    results: &mut Results,
    carry_out: &mut dyn FnMut(&Trial) -> Carried,
    tell: &mut dyn FnMut(Progress),
) -> io::Result<Option<String>> {
    let missing: Vec<&Trial> = trials.iter().filter(|trial| !results.settled(trial)).collect();
    if missing.len() < trials.len() {
        tell(Progress::Kept(trials.len() - missing.len()));
    }
    for (number, trial) in missing.iter().enumerate() {
        tell(Progress::Begins { number: number + 1, of: missing.len(), trial });
        let Carried { outcome, stop } = carry_out(trial);
        if let Some(outcome) = outcome {
            results.append(&outcome)?;
            tell(Progress::Ended(&outcome));
        }
        if stop.is_some() {
            return Ok(stop);
        }
    }
    Ok(None)
}
