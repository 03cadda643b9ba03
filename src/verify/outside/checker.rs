//! The checkers of outside histories, one file each.

use super::{Function, History, Judgement, Trouble};
use crate::json::Value;
use crate::verify::Amount;
use crate::verify::linear::Model;

/// What a checker may be told.
#[derive(Clone)]
pub struct Options<'a> {
    /// The model of `linearizable`; absent: by what the history's operations do.
    pub model: Option<Model>,
    /// What every object holds at the beginning; absent: nothing.
    pub initial: Option<Value>,
    /// The sum of all accounts; absent: that of the first read.
    pub total: Option<Amount>,
    /// Configurations that `linearizable` may visit.
    pub states: u64,
    /// Whether the time is up.
    pub expired: &'a dyn Fn() -> bool,
}

impl std::fmt::Debug for Options<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Options({:?}, {:?}, {:?}, {})", self.model, self.initial, self.total, self.states)
    }
}

/// Decides one kind of promise from a history. Pure: no clock, no files.
pub trait Checker: Sync {
    /// The word after `--checker`.
    fn name(&self) -> &'static str;

    /// The operations that it understands.
    fn knows(&self) -> &'static [Function];

    /// Judges a history all of whose operations it understands.
    ///
    /// # Errors
    /// When a value is not of the form that the operation has.
    fn judge(&self, history: &History, options: &Options<'_>) -> Result<Judgement, Trouble>;

    /// Judges a history.
    ///
    /// # Errors
    /// When an operation is not one that it understands, or a value not of the form that the operation has.
    fn check(&self, history: &History, options: &Options<'_>) -> Result<Judgement, Trouble> {
        let known = self.knows();
        if !known.is_empty() {
            only(history, known, &format!("checker `{}`", self.name()))?;
        }
        if history.operations.is_empty() {
            let judgement = Judgement::of(self.name(), history);
            return Ok(judgement.say(crate::verify::Verdict::Unknown, "the history has no operations."));
        }
        self.judge(history, options)
    }
}

/// Refuses operations that are not known to whoever is named.
pub(super) fn only(history: &History, known: &[Function], who: &str) -> Result<(), Trouble> {
    match history.operations.iter().find(|operation| !known.contains(&operation.function)) {
        None => Ok(()),
        Some(operation) => {
            let names: Vec<&str> = known.iter().map(Function::name).collect();
            Err(history.trouble(
                operation,
                format!("{who} does not know `{}`", operation.function),
                format!(
                    "it knows {}; choose another checker or model, or leave these lines out",
                    names.join(", ")
                ),
            ))
        }
    }
}

/// All checkers of outside histories.
pub const CHECKERS: &[&dyn Checker] = &[
    &super::linearizable::Linearizable,
    &super::set::Set,
    &super::queue::Queue,
    &super::unique::UniqueIds,
    &super::counter::Counter,
    &super::own_writes::ReadYourWrites,
    &super::monotonic::MonotonicReads,
    &super::bank::Sum { name: "bank", may_be_negative: false },
    &super::bank::Sum { name: "conservation", may_be_negative: true },
];
