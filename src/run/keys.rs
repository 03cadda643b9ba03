//! The keys of this run's effects, as the record is written: by them the final reads tell our rows from those of others.

use crate::event::{Attempt, Outcome};
use crate::plan::Plan;
use crate::plan::model::Step;
use crate::record::{FinalTable, Observer};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

/// What a step does to its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Does {
    Nothing,
    Writes,
    Deletes,
}

/// In the two lowest bits of a key's hash: whether it was acknowledged, and whether it may have been deleted.
const ACKNOWLEDGED: u64 = 1;
const DELETED: u64 = 2;
const FLAGS: u64 = ACKNOWLEDGED | DELETED;

/// Takes the keys on the writer's thread: eight bytes for each attempt of an effect.
#[derive(Clone, Debug)]
pub(super) struct Keys {
    /// By step, in the order of the manifest.
    steps: Arc<[Does]>,
    seen: Arc<Mutex<Vec<u64>>>,
}

impl Keys {
    /// Of this plan's steps. Without a final read nothing is kept.
    pub(super) fn of(plan: &Plan) -> Keys {
        let does = |step: &Step| match &step.effect {
            None => Does::Nothing,
            Some(_) if step.delete.is_some() => Does::Deletes,
            Some(_) => Does::Writes,
        };
        let flows = plan.flows.iter().flat_map(|flow| &flow.steps);
        let steps = flows.chain(&plan.setup.steps).map(does).filter(|_| !plan.finals.is_empty());
        Keys { steps: steps.collect(), seen: Arc::default() }
    }

    /// All that have come so far.
    pub(super) fn seen(&self) -> Seen {
        let mut hashes = self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone();
        hashes.sort_unstable();
        hashes.dedup();
        let mut seen = Seen::default();
        for same in hashes.chunk_by(|one, other| one & !FLAGS == other & !FLAGS) {
            let flags = same.iter().fold(0, |flags, hash| flags | hash & FLAGS);
            seen.all.push(same[0] & !FLAGS);
            if flags == ACKNOWLEDGED {
                seen.acknowledged.push(same[0] & !FLAGS);
            }
        }
        seen
    }
}

impl Observer for Keys {
    fn attempts(&mut self, rows: &[Attempt]) {
        let of = |row: &Attempt| {
            let does = self.steps.get(usize::from(row.step.0)).copied().unwrap_or(Does::Nothing);
            let flags = match (does, row.outcome) {
                (Does::Nothing, _) => return None,
                (Does::Deletes, Outcome::Fail) => 0,
                (Does::Deletes, _) => DELETED,
                (Does::Writes, Outcome::Ok) => ACKNOWLEDGED,
                (Does::Writes, _) => 0,
            };
            row.key.as_deref().map(|key| hash(key) | flags)
        };
        let mut kept = rows.iter().filter_map(of).peekable();
        if kept.peek().is_some() {
            self.seen.lock().unwrap_or_else(PoisonError::into_inner).extend(kept);
        }
    }
}

/// The keys of a run, by their hashes, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    all: Vec<u64>,
    /// Those that were acknowledged and that no operation deletes.
    acknowledged: Vec<u64>,
}

impl Seen {
    /// A digest of the rows that hold a key of ours in some cell: the same for the same rows, in whatever order.
    pub(super) fn digest(&self, table: &FinalTable) -> u64 {
        let ours = |row: &usize| table.cells(*row).any(|cell| self.all.binary_search(&hash(cell)).is_ok());
        let digests = (0..table.len()).filter(ours).map(|row| table.row_digest(row));
        digests.fold(0, |sum, digest| u64::wrapping_add(sum, digest | 1))
    }

    /// Whether some acknowledged key is in no cell of the table.
    pub(super) fn lacks_any(&self, table: &FinalTable) -> bool {
        let mut there = vec![false; self.acknowledged.len()];
        for cell in (0..table.len()).flat_map(|row| table.cells(row)) {
            if let Ok(place) = self.acknowledged.binary_search(&hash(cell)) {
                there[place] = true;
            }
        }
        there.contains(&false)
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish() & !FLAGS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::StepId;
    use crate::verify::testing;

    fn plan() -> Plan {
        let text = "name = 'p'\ntarget = { url = 'http://127.0.0.1:1' }\nload = { rate = '1/s', for = '1s' }\n\
                    [[flow]]\nname = 'f'\n[[flow.step]]\nname = 'look'\nget = '/'\n\
                    [[flow.step]]\nname = 'order'\npost = '/'\neffect = { kind = 'o', key = 'k' }\n\
                    [[flow.step]]\nname = 'cancel'\ndelete = '/'\neffect = { kind = 'o', key = 'k' }\n\
                    [[final]]\nname = 'r'\nget = '/'\nrows = '$[*]'\n";
        toml::from_str(text).expect("a plan")
    }

    fn attempt(step: u16, key: &str, outcome: Outcome) -> Attempt {
        Attempt { step: StepId(step), key: Some(key.to_owned()), outcome, ..testing::attempt() }
    }

    fn table(keys: &[&str]) -> FinalTable {
        let mut table = FinalTable::new("r", "", 1);
        for (place, key) in keys.iter().enumerate() {
            let number = place.to_string();
            table.push([("n", Some(number.as_str())), ("key", Some(*key))]).expect("two columns");
        }
        table
    }

    #[test]
    fn rows_are_told_by_the_keys_of_effects() {
        let mut keys = Keys::of(&plan());
        keys.attempts(&[
            attempt(0, "looked-at", Outcome::Ok),
            attempt(1, "a", Outcome::Indeterminate),
            attempt(1, "a", Outcome::Ok),
            attempt(1, "open", Outcome::Indeterminate),
            attempt(1, "gone", Outcome::Ok),
            attempt(2, "gone", Outcome::Ok),
        ]);
        let seen = keys.seen();
        assert!(!seen.lacks_any(&table(&["a"])), "what is open or deleted need not be there");
        assert!(seen.lacks_any(&table(&["open", "gone", "looked-at"])));
        let digest = |keys: &[&str]| seen.digest(&table(keys));
        assert_eq!(digest(&["a", "theirs"]), digest(&["a"]), "rows of others are not in it");
        assert_ne!(digest(&["a", "open"]), digest(&["a"]));
        assert_ne!(digest(&["a", "a"]), digest(&["a"]), "nor is a row lost that is there twice");
    }

    #[test]
    fn without_a_final_read_nothing_is_kept() {
        let mut plan = plan();
        plan.finals.clear();
        let mut keys = Keys::of(&plan);
        keys.attempts(&[attempt(1, "a", Outcome::Ok)]);
        assert_eq!(keys.seen(), Seen::default());
    }
}
