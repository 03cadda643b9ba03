//! Linearizability of single objects: is there one order of the operations that respects real time and the model?
//!
//! The search is Wing and Gong's ("Testing and Verifying Concurrent Objects", 1993) with Lowe's memory of configurations
//! that led nowhere ("Testing for linearizability", 2017), key by key (Horn and Kroening's P-composition, 2015). It knows
//! nothing of where operations come from: a recorded run and an outside history are asked in the same words.

mod counter;
mod explain;
mod keys;
mod list;
mod model;
mod pieces;
mod problem;
mod register;
mod replay;
mod search;
mod solve;
mod text;
mod values;

#[cfg(test)]
pub(crate) mod tests;

pub use explain::Failure;
pub use keys::check;
pub use values::{ABSENT, ValueId, Values};

/// What an operation did, or would have done. Values are those of [`Values`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// It read this value.
    Read(ValueId),
    /// It wrote this value.
    Write(ValueId),
    /// It found the first value and put the second in its place.
    Cas(ValueId, ValueId),
    /// It put this text behind what was there.
    Append(ValueId),
    /// It added to a counter.
    Add(i64),
    /// It read this from a counter.
    Total(i64),
}

impl Action {
    /// Whether it only looks.
    pub fn is_read(self) -> bool {
        matches!(self, Action::Read(_) | Action::Total(_))
    }
}

/// One operation. Operations that definitely did not take effect are not among them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Op {
    /// The object.
    pub key: u32,
    /// When it was invoked: any number that grows with real time. Of two equal times nothing is concluded.
    pub call: i64,
    /// When it returned. Absent: indeterminate, it may take effect at any later time, or never.
    pub ret: Option<i64>,
    /// What it did.
    pub action: Action,
}

/// What the object does with its operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model {
    /// A value that is written and read.
    Register,
    /// The same with compare-and-set.
    CasRegister,
    /// A text that is written, read and appended to.
    AppendRegister,
    /// A number that is added to and read.
    Counter,
    /// A store of keys: write, compare-and-set, append, read.
    KeyValue,
}

impl Model {
    /// All models.
    pub const ALL: [Model; 5] =
        [Model::Register, Model::CasRegister, Model::AppendRegister, Model::Counter, Model::KeyValue];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Model::Register => "register",
            Model::CasRegister => "cas-register",
            Model::AppendRegister => "append-register",
            Model::Counter => "counter",
            Model::KeyValue => "key-value",
        }
    }

    /// The model of this name.
    pub fn named(name: &str) -> Option<Model> {
        Model::ALL.into_iter().find(|model| model.name() == name)
    }
}

/// What every object holds at the beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Initial {
    /// A register or a text.
    pub value: ValueId,
    /// A counter.
    pub number: i64,
}

/// How much may be spent. What is not decided by then is Unknown.
#[derive(Clone, Copy)]
pub struct Budget<'a> {
    /// Configurations that may be visited, over all keys.
    pub states: u64,
    /// Whether the time is up; asked now and then.
    pub expired: &'a dyn Fn() -> bool,
}

impl std::fmt::Debug for Budget<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Budget({} states)", self.states)
    }
}

/// A key that was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Undecided {
    /// The key.
    pub key: u32,
    /// So many returns, in the order of time, were brought into one order at best.
    pub passed: usize,
    /// Of so many.
    pub returns: usize,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Operations that were judged: without indeterminate reads, which say nothing.
    pub operations: u64,
    /// Indeterminate reads, left out.
    pub ignored_reads: u64,
    /// Keys.
    pub keys: u64,
    /// Configurations that were visited.
    pub states: u64,
    /// Keys without an order, by key.
    pub failures: Vec<Failure>,
    /// Keys that were given up, by key.
    pub undecided: Vec<Undecided>,
}
