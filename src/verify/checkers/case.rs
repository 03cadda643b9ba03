//! What a checker is given, and what it gives back.

use super::own::{By, Own};
use crate::event::{Nanos, Sample};
use crate::plan::KeyOrigin;
use crate::plan::model::Invariant;
use crate::verify::Verdict;
use crate::verify::history::{History, Op, Role, State, StepMark, Text};

/// What a checker found.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The verdict. A checker that saw nothing, or ran out of budget, says Unknown.
    pub verdict: Verdict,
    /// Why, in one sentence.
    pub reason: String,
    /// Operations (or requests, rows, samples) that it saw.
    pub samples: u64,
    /// The few lines that show it.
    pub evidence: Vec<String>,
    /// When each acknowledged and lost write was acknowledged, in order, where that is what was judged.
    pub lost: Vec<Nanos>,
}

impl Finding {
    /// A finding without evidence.
    pub fn new(verdict: Verdict, reason: impl Into<String>, samples: u64) -> Finding {
        Finding { verdict, reason: reason.into(), samples, evidence: Vec::new(), lost: Vec::new() }
    }

    /// Nothing can be said.
    pub fn unknown(reason: impl Into<String>) -> Finding {
        Finding::new(Verdict::Unknown, reason, 0)
    }

    /// Fails if anything was found that contradicts, else passes.
    pub fn judged(broken: bool, reason: impl Into<String>, samples: u64, evidence: Vec<String>) -> Finding {
        let verdict = if broken { Verdict::Fail } else { Verdict::Pass };
        Finding { evidence, ..Finding::new(verdict, reason, samples) }
    }
}

/// What one invariant is judged by. A checker is a pure function of it.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// The invariant, with its parameters.
    pub invariant: &'a Invariant,
    /// What was done.
    pub history: &'a History,
    /// The final state: every final read, through every endpoint.
    pub states: &'a [State],
    /// What the probes saw.
    pub samples: &'a [Sample],
    /// How long after its noted time a sample may have been taken: its time is that of its request.
    pub sample_slack: Nanos,
    /// Whether the plan has faults, and retries or repeats what this invariant follows: then a retry must have met one.
    pub relies_on_retries: bool,
    /// Whether the run alone writes to the deployment, as the plan says.
    pub exclusive: bool,
    /// Where the keys of the effects come from that the invariant follows.
    pub keys: KeyOrigin,
}

impl<'a> Case<'a> {
    /// The operations that change what the invariant follows; without `effect` all that change anything.
    pub fn effects(&self) -> impl Iterator<Item = &'a Op> + Clone + use<'a> {
        self.marked(Role::Effect, self.invariant.effect.as_deref())
    }

    /// Whether it is such an operation.
    pub fn is_effect(&self, op: &Op) -> bool {
        self.history.is(op, Role::Effect, self.invariant.effect.as_deref())
    }

    /// The kind of reads that the invariant follows: `read`, else that of `effect`.
    pub fn is_read(&self, op: &Op) -> bool {
        let kind = self.invariant.read.as_deref().or(self.invariant.effect.as_deref());
        self.history.is(op, Role::Read, kind)
    }

    /// Whether it is a change of what the invariant's reads read.
    pub fn is_write(&self, op: &Op) -> bool {
        let kind = self.invariant.effect.as_deref().or(self.invariant.read.as_deref());
        self.history.is(op, Role::Effect, kind)
    }

    fn marked(&self, role: Role, kind: Option<&'a str>) -> impl Iterator<Item = &'a Op> + Clone + use<'a> {
        let chosen = |step: &StepMark| {
            step.mark.as_ref().is_some_and(|(is, name)| *is == role && kind.is_none_or(|kind| kind == name))
        };
        let steps: Vec<bool> = self.history.setting.steps.iter().map(chosen).collect();
        self.history.ops.iter().filter(move |op| steps[usize::from(op.step.0)])
    }

    /// The states of the final reads that the invariant names, in the plan's order, endpoint by endpoint.
    ///
    /// # Errors
    /// If it names none, or one is not in the record or had not settled.
    pub fn state(&self) -> Result<Vec<&'a State>, String> {
        Self::settled(self.found_state()?, |state| state.settled)
    }

    fn found_state(&self) -> Result<Vec<&'a State>, String> {
        if self.invariant.state.is_empty() {
            return Err("the invariant names no final read: add `state = \"…\"` and a `[[final]]`".to_owned());
        }
        self.found(self.invariant.state.iter())
    }

    /// The states of these final reads, whether or not they have settled.
    fn found(&self, names: impl Iterator<Item = &'a String>) -> Result<Vec<&'a State>, String> {
        let mut found = Vec::new();
        for name in names {
            let before = found.len();
            found.extend(self.states.iter().filter(|state| state.name == *name));
            if found.len() == before {
                return Err(format!("the record has no final read `{name}`"));
            }
        }
        if let Some((state, why)) = found.iter().find_map(|state| Some((state, state.trouble.as_ref()?))) {
            return Err(format!("the final read {} could not be made: {why}", state.title()));
        }
        Ok(found)
    }

    /// The same, where every row has settled.
    ///
    /// # Errors
    /// As for [`Case::state`].
    fn settled(found: Vec<&'a State>, settled: fn(&State) -> bool) -> Result<Vec<&'a State>, String> {
        match found.iter().find(|state| !settled(state)) {
            Some(moving) => {
                Err(format!("the final read {} never gave the same rows twice in a row", moving.title()))
            }
            None => Ok(found),
        }
    }

    /// This run's rows of the final reads that the invariant names, in the plan's order, endpoint by endpoint.
    ///
    /// # Errors
    /// As for [`Case::state`]; if it is not known which rows are this run's.
    pub fn own(&self, by: By<'_>) -> Result<Own, String> {
        self.own_rows(self.found_state()?, by, false)
    }

    /// The same; rows of others in an exclusive stack are for the caller to judge.
    ///
    /// # Errors
    /// As for [`Case::own`].
    pub fn own_and_strangers(&self, by: By<'_>) -> Result<Own, String> {
        self.own_rows(self.found_state()?, by, true)
    }

    /// This run's rows of these final reads, by their keys.
    ///
    /// # Errors
    /// As for [`Case::own`].
    pub fn own_named(&self, names: impl Iterator<Item = &'a String>) -> Result<Own, String> {
        self.own_rows(self.found(names)?, By::Key, false)
    }

    fn own_rows(&self, found: Vec<&'a State>, by: By<'_>, judges_strangers: bool) -> Result<Own, String> {
        let settled =
            if by == By::Key { |state: &State| state.ours_settled } else { |state: &State| state.settled };
        Own::of(self, &Self::settled(found, settled)?, by, judges_strangers)
    }

    /// The cells of the column that holds the key.
    ///
    /// # Errors
    /// If there is no such column.
    pub fn keys<'s>(&self, state: &'s State) -> Result<&'s [Option<Text>], String> {
        state.cells(self.invariant.key.as_deref().unwrap_or("key"))
    }

    /// The column that holds the value, as the plan names it or by default.
    pub fn value_column(&self, default: &'a str) -> &'a str {
        self.invariant.value.iter().next().map_or(default, String::as_str)
    }

    /// The text of a key in messages.
    pub fn quoted(&self, key: Text) -> String {
        format!("`{}`", self.history.text(key))
    }
}

/// Decides one kind of invariant. One file per checker; a new one is added to the registry of `invariant`.
pub trait Checker: Sync {
    /// The word after `check =` in a plan.
    fn name(&self) -> &'static str;

    /// Judges one invariant. What makes any checker's pass worth less (a torn record, a fault that never landed, fewer
    /// operations than the floor) is looked at afterwards, for all alike.
    ///
    /// # Errors
    /// Why nothing can be said.
    fn check(&self, case: &Case<'_>) -> Result<Finding, String>;

    /// Whether what it finds wrong stays wrong whatever operations are missing from the record. Where it does not, a
    /// failure by a record that is not whole is Unknown.
    fn stands_alone(&self) -> bool {
        false
    }
}
