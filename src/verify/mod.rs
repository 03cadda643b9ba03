//! From record to assessment; one file per checker. Pure functions.

mod amount;
mod as_planned;
mod assess;
mod assessment;
mod bins;
mod caveats;
pub mod checkers;
mod counter;
mod fault;
mod felt;
mod generator;
pub mod history;
mod invariant;
pub mod linear;
mod local;
mod objective;
mod operations;
pub mod outside;
mod own_limits;
mod recovery;
mod repair;
mod scope;
mod standing;
mod strike;
mod survey;
mod tally;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
pub(crate) mod tests;
mod trouble;
mod trust;
mod verdict;
mod windows;

pub use amount::Amount;
pub use assess::assess;
pub use assessment::{
    Assessment, FORMAT, FaultReport, GeneratorReport, Interval, InvariantReport, ObjectiveReport,
    RecoveryReport, RpoReport, StepReport, Verdict,
};
pub use checkers::{Case, Checker, Finding};
pub use counter::{CounterVerdict, judge};
pub use felt::{noun, struck_of};
pub use invariant::{checkers as all_checkers, judge as judge_invariant};
pub use operations::Operation;
pub use standing::{Role, Standing};
pub use survey::{each_attempt, each_operation};
pub use verdict::exit_code;
