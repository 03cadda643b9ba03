//! What a checker finds of a history: what `shakedown verify --history` prints.

use super::History;
use crate::event::Outcome;
use crate::verify::Verdict;
use serde::Serialize;

/// So many keys are named, and so many lines of evidence given.
pub(super) const MOST: usize = 20;

/// The verdict on a history.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Judgement {
    /// The checker.
    pub checker: &'static str,
    /// The model, for checkers that have one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<&'static str>,
    /// The verdict.
    pub verdict: Verdict,
    /// Why, in one sentence.
    pub reason: String,
    /// Operations that the checker judged.
    pub operations: u64,
    /// The few lines that show it.
    pub evidence: Vec<String>,
    /// How many keys, and which of them are wrong or undecided.
    pub keys: Keys,
    /// What was left out, and why.
    pub ignored: Ignored,
}

/// The keys of a history.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Keys {
    /// How many there are.
    pub checked: u64,
    /// How many are wrong.
    pub failed: u64,
    /// How many were given up.
    pub undecided: u64,
    /// The names of the first of those that are wrong, then of those that were given up.
    pub named: Vec<String>,
    /// Whether they were found in the values, though nobody said that they are there.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub found_in_values: bool,
}

/// Lines and operations that no verdict rests on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Ignored {
    /// Lines of the nemesis.
    pub nemesis: u64,
    /// Operations that definitely did not take effect.
    pub failed: u64,
    /// Reads that did not return: what they found is not known.
    pub indeterminate_reads: u64,
    /// Times that a process went on after an indeterminate operation of its; that operation counts as concurrent with all
    /// that follows.
    pub went_on: u64,
    /// Infos of processes that had no operation under way.
    pub stray: u64,
    /// Lines of a log that are no operations.
    pub other_lines: u64,
}

impl Judgement {
    /// A judgement that says nothing yet: Pass, without a reason.
    pub(super) fn of(checker: &'static str, history: &History) -> Judgement {
        let count = |wanted: &dyn Fn(&super::Operation) -> bool| {
            history.operations.iter().filter(|operation| wanted(operation)).count() as u64
        };
        let failed = count(&|operation| operation.outcome == Outcome::Fail);
        let lost = count(&|operation| {
            operation.outcome == Outcome::Indeterminate && operation.function == super::Function::Read
        });
        Judgement {
            checker,
            model: None,
            verdict: Verdict::Pass,
            reason: String::new(),
            operations: history.operations.len() as u64 - failed - lost,
            evidence: Vec::new(),
            keys: Keys {
                checked: history.keys.len() as u64,
                found_in_values: history.keys_found_in_values,
                ..Keys::default()
            },
            ignored: Ignored {
                nemesis: history.nemesis,
                failed,
                indeterminate_reads: lost,
                went_on: history.went_on,
                stray: history.stray,
                other_lines: history.other_lines,
            },
        }
    }

    /// Sets verdict and reason.
    pub(super) fn say(mut self, verdict: Verdict, reason: impl Into<String>) -> Judgement {
        self.verdict = verdict;
        self.reason = reason.into();
        self
    }

    /// Notes a wrong key once.
    pub(super) fn wrong_key(&mut self, name: &str) {
        self.keys.failed += 1;
        self.name(name);
    }

    /// Notes a key that was given up.
    pub(super) fn undecided_key(&mut self, name: &str) {
        self.keys.undecided += 1;
        self.name(name);
    }

    fn name(&mut self, name: &str) {
        if self.keys.named.len() < MOST {
            self.keys.named.push(name.to_owned());
        }
    }

    /// Adds a line of evidence, as long as there are few.
    pub(super) fn show(&mut self, line: impl Into<String>) {
        if self.evidence.len() < MOST {
            self.evidence.push(line.into());
        }
    }

    /// The judgement as JSON, over several lines.
    ///
    /// # Errors
    /// Never for a judgement that a checker made; the type is the serializer's.
    pub fn json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }
}

/// A number with its noun: `1 key`, `2 keys`.
pub(super) fn count(number: u64, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}
