//! What was done to each key, and how often each key is in the final state.

use super::Case;
use crate::event::{Nanos, Outcome};
use crate::verify::history::{State, Text};

/// All operations on one key together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct KeyTally {
    /// How many operations.
    pub ops: u32,
    /// How many requests.
    pub attempts: u32,
    /// Their outcomes joined, but for those that delete; absent if there is no other.
    pub outcome: Option<Outcome>,
    /// When the first that was ok was done.
    pub acknowledged: Option<Nanos>,
    /// Whether it may have been deleted: then it may be there or not.
    pub deleted: bool,
}

impl KeyTally {
    /// Whether it was acknowledged, and nobody deleted it.
    pub fn has_to_be_there(&self) -> bool {
        self.outcome == Some(Outcome::Ok) && !self.deleted
    }
}

/// A [`KeyTally`] for each text, and what has no key.
#[derive(Debug)]
pub struct Keys {
    tallies: Vec<KeyTally>,
    /// Operations that may have had an effect on a key that nobody knows: the reply that tells it never came.
    pub unkeyed: u64,
    /// Operations that were counted.
    pub ops: u64,
}

impl Keys {
    /// Of the operations that change what the invariant follows.
    pub fn of_effects(case: &Case<'_>) -> Keys {
        let mut keys =
            Keys { tallies: vec![KeyTally::default(); case.history.texts.len()], unkeyed: 0, ops: 0 };
        for op in case.effects() {
            keys.ops += 1;
            let Some(key) = op.key else {
                keys.unkeyed += u64::from(op.outcome != Outcome::Fail);
                continue;
            };
            let tally = &mut keys.tallies[key.place()];
            tally.ops += 1;
            tally.attempts += u32::from(op.attempts);
            if case.history.step(op).deletes {
                tally.deleted |= op.outcome != Outcome::Fail;
                continue;
            }
            tally.outcome = Some(tally.outcome.map_or(op.outcome, |outcome| outcome.join(op.outcome)));
            if op.outcome == Outcome::Ok {
                tally.acknowledged = Some(tally.acknowledged.map_or(op.done, |before| before.min(op.done)));
            }
        }
        keys
    }

    /// Forgets what was done to these keys.
    pub fn leave_out(&mut self, keys: &[Text]) {
        keys.iter().for_each(|key| self.tallies[key.place()] = KeyTally::default());
    }

    /// What was done to this key.
    pub fn of(&self, key: Text) -> &KeyTally {
        &self.tallies[key.place()]
    }

    /// Every key to which something was done.
    pub fn iter<'a>(&'a self, case: &Case<'_>) -> impl Iterator<Item = (Text, &'a KeyTally)> {
        case.history.texts.all().zip(&self.tallies).filter(|(_, tally)| tally.ops > 0)
    }
}

/// How often each text stands in a column.
#[derive(Debug)]
pub struct Counts(Vec<u32>);

impl Counts {
    /// Of the column that holds the key.
    ///
    /// # Errors
    /// If the read has no such column.
    pub fn of_keys(case: &Case<'_>, state: &State) -> Result<Counts, String> {
        Ok(Counts::of(case, case.keys(state)?))
    }

    /// Of these cells. Empty ones are no key.
    pub fn of(case: &Case<'_>, cells: &[Option<Text>]) -> Counts {
        let mut counts = vec![0_u32; case.history.texts.len()];
        for cell in cells.iter().flatten() {
            counts[cell.place()] += 1;
        }
        Counts(counts)
    }

    /// Nothing was counted.
    pub fn none(case: &Case<'_>) -> Counts {
        Counts(vec![0; case.history.texts.len()])
    }

    /// How often this one.
    pub fn get(&self, key: Text) -> u32 {
        self.0[key.place()]
    }

    /// Adds another count.
    pub fn add(&mut self, other: &Counts) {
        self.0.iter_mut().zip(&other.0).for_each(|(mine, theirs)| *mine += theirs);
    }

    /// Every text that stands there, with how often.
    pub fn iter<'a>(&'a self, case: &Case<'_>) -> impl Iterator<Item = (Text, u32)> + 'a {
        case.history.texts.all().zip(self.0.iter().copied()).filter(|(_, count)| *count > 0)
    }
}
