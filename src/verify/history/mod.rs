//! What was done, as the checkers need it: built once from the record, every key and value a small number.

mod builder;
mod groups;
mod op;
mod read;
mod state;
mod texts;

pub use builder::{Builder, Setting};
pub use groups::Groups;
pub use op::{Call, FaultSpan, Instance, Op, Role, StepMark};
pub use read::{final_states, history};
pub use state::{Before, State};
pub use texts::{Text, Texts};

use crate::event::Nanos;

/// Every operation that was completed or cut off, setup included and teardown not, in the order of the record.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// The operations.
    pub ops: Vec<Op>,
    /// Their requests, where a checker judges requests.
    pub calls: Vec<Call>,
    /// Keys and values.
    pub texts: Texts,
    /// What is known beside the operations.
    pub setting: Setting,
    /// Operations of which an attempt is missing: not among [`History::ops`].
    pub incomplete: u64,
}

impl History {
    /// Whether operations may be missing from it.
    pub fn is_partial(&self) -> bool {
        self.setting.torn.is_some() || self.incomplete > 0
    }

    /// The step of an operation.
    pub fn step(&self, op: &Op) -> &StepMark {
        &self.setting.steps[usize::from(op.step.0)]
    }

    /// The text behind a number.
    pub fn text(&self, text: Text) -> &str {
        self.texts.get(text)
    }

    /// A time in seconds from the start of the load.
    pub fn second(&self, at: Nanos) -> f64 {
        (at - self.setting.load_start).as_secs_f64()
    }

    /// The name of an instance.
    pub fn instance(&self, number: u16) -> &str {
        self.setting.instances.get(usize::from(number)).map_or("?", |instance| instance.name.as_str())
    }

    /// The faults that were in force at some moment of this stretch.
    pub fn faults_in(&self, from: Nanos, to: Nanos) -> impl Iterator<Item = &FaultSpan> {
        self.setting.faults.iter().filter(move |fault| fault.from <= to && from < fault.to)
    }

    /// Whether a number is that of a read or an effect of this kind; no kind means any.
    pub fn is(&self, op: &Op, role: Role, kind: Option<&str>) -> bool {
        self.step(op)
            .mark
            .as_ref()
            .is_some_and(|(other, name)| *other == role && kind.is_none_or(|kind| kind == name))
    }
}
