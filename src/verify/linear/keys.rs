//! Key by key: a history is linearizable if and only if that of each of its keys is (Herlihy and Wing 1990).

use super::explain::explain;
use super::problem::{Item, Problem, Setting};
use super::search::{End, Limit};
use super::solve::{Solved, is_linearizable};
use super::{ABSENT, Action, Budget, Initial, Model, Op, Outcome, Undecided, ValueId, Values};
use std::collections::BTreeMap;

/// What a key may cost in the first round; those that cost more are tried again when all others are decided.
const FIRST_ROUND: u64 = 50_000;
/// The fewest configurations that are spent on telling why a key has no order, however little of the budget is left.
const TELLING: u64 = 20_000;

/// Judges operations on any number of objects.
pub fn check(
    operations: &[Op],
    values: &Values,
    model: Model,
    initial: Initial,
    budget: &Budget<'_>,
) -> Outcome {
    let initial = match plain(Action::Read(initial.value), values, model) {
        Action::Read(value) => Initial { value, ..initial },
        _ => initial,
    };
    let setting = Setting { values, model, initial };
    let mut outcome = Outcome::default();
    let mut keys: BTreeMap<u32, Vec<Item>> = BTreeMap::new();
    for (source, op) in operations.iter().enumerate() {
        let items = keys.entry(op.key).or_default();
        match Item::of(&Op { action: plain(op.action, values, model), ..*op }, source as u32) {
            Some(item) => items.push(item),
            None => outcome.ignored_reads += 1,
        }
    }
    outcome.operations = operations.len() as u64 - outcome.ignored_reads;
    outcome.keys = keys.len() as u64;
    let mut open: Vec<u32> = keys.keys().copied().collect();
    for round in [FIRST_ROUND, u64::MAX] {
        if round == u64::MAX && !outcome.failures.is_empty() {
            break; // The verdict stands: it is Fail.
        }
        outcome.undecided.clear();
        for key in std::mem::take(&mut open) {
            let states = round.min(budget.states.saturating_sub(outcome.states));
            let limit = Limit { states, expired: budget.expired };
            let solved = judge(setting, key, &keys[&key], &limit, &mut outcome);
            if solved.end == End::Exhausted {
                open.push(key);
            }
        }
    }
    outcome.failures.sort_by_key(|failure| failure.key);
    outcome.undecided.sort_by_key(|undecided| undecided.key);
    outcome
}

/// The action in which the empty text of a store is no value, as it is where texts are appended to.
fn plain(action: Action, values: &Values, model: Model) -> Action {
    let plain = |value: ValueId| if values.text(value).is_empty() { ABSENT } else { value };
    match action {
        _ if model != Model::KeyValue => action,
        Action::Read(value) => Action::Read(plain(value)),
        Action::Write(value) => Action::Write(plain(value)),
        Action::Cas(from, to) => Action::Cas(plain(from), plain(to)),
        Action::Append(_) | Action::Add(_) | Action::Total(_) => action,
    }
}

fn judge(setting: Setting<'_>, key: u32, items: &[Item], limit: &Limit<'_>, outcome: &mut Outcome) -> Solved {
    let solved = is_linearizable(Problem::new(setting, items.to_vec()), limit);
    outcome.states += solved.states;
    match solved.end {
        End::Found => {}
        End::Nothing => {
            let telling = Limit { states: limit.states.max(TELLING), expired: limit.expired };
            outcome.failures.push(explain(setting, key, items, solved.passed, &telling));
        }
        End::Exhausted => {
            let returns = items.iter().filter(|item| !item.is_open()).count();
            outcome.undecided.push(Undecided { key, passed: solved.passed, returns });
        }
    }
    solved
}
