//! Why a key has no order: the first operation that finds no place, those beside it, and what it could have found.

use super::problem::{Item, NEVER, Problem, Setting, until};
use super::replay::content;
use super::search::{End, Limit};
use super::solve::{is_linearizable, solve};

/// So many different contents are listed.
const CONTENTS: usize = 8;
/// So many operations beside the one that finds no place.
const BESIDE: usize = 6;
/// So many of the changes before it.
const BEFORE: usize = 2;
/// The share of the budget for each look at a part of the history.
const SHARE: u64 = 4;

/// A key without an order. Operations by their place among those that were asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The key.
    pub key: u32,
    /// The first operation, in the order of returns, that finds no place.
    pub culprit: usize,
    /// Whether it is certain that there is none before it: a search for one may run out of budget.
    pub is_first: bool,
    /// The changes that returned last before it was invoked, the latest last.
    pub before: Vec<usize>,
    /// Changes beside it or indeterminate, those invoked last; in the order of their calls.
    pub beside: Vec<usize>,
    /// How many more there were beside it.
    pub more_beside: usize,
    /// What the object could have held while it was under way, as texts.
    pub possible: Vec<String>,
    /// Whether these are all.
    pub possible_is_all: bool,
}

/// Tells why the operations of a key have no order. At least `passed` of the returns have one.
pub fn explain(setting: Setting<'_>, key: u32, items: &[Item], passed: usize, limit: &Limit<'_>) -> Failure {
    let mut order: Vec<usize> = (0..items.len()).filter(|place| !items[*place].is_open()).collect();
    order.sort_by_key(|place| (items[*place].ret, *place));
    let share = Limit { states: (limit.states / SHARE).max(1), expired: limit.expired };
    let (last, is_first) = shortest(setting, items, &order, passed, &share);
    let culprit = items[order[last]];
    let (possible, possible_is_all) = contents(setting, items, &order, last, &share);
    let is_beside = |item: &&Item| {
        item.source != culprit.source
            && !item.action.is_read()
            && item.call <= culprit.ret
            && item.ret >= culprit.call
    };
    let mut beside: Vec<&Item> = items.iter().filter(is_beside).collect();
    beside.sort_by_key(|item| item.call);
    let more_beside = beside.len().saturating_sub(BESIDE);
    let ended = order.iter().map(|place| &items[*place]);
    let before: Vec<&Item> = ended.filter(|item| !item.action.is_read() && item.ret < culprit.call).collect();
    let places = |items: &[&Item]| items.iter().map(|item| item.source as usize).collect();
    Failure {
        key,
        culprit: culprit.source as usize,
        is_first,
        before: places(&before[before.len().saturating_sub(BEFORE)..]),
        beside: places(&beside[more_beside..]),
        more_beside,
        possible,
        possible_is_all,
    }
}

/// The place, in the order of returns, of the last return of the shortest part that has no order: a part of a history with
/// an order has one too, so halving finds it.
fn shortest(
    setting: Setting<'_>,
    items: &[Item],
    order: &[usize],
    passed: usize,
    limit: &Limit<'_>,
) -> (usize, bool) {
    let mut is_first = true;
    let (mut good, mut bad) = (passed.min(order.len() - 1), order.len() - 1);
    while good < bad {
        let middle = good + (bad - good) / 2;
        let part = Problem::new(setting, until(items, order, middle));
        match is_linearizable(part, limit).end {
            End::Nothing => bad = middle,
            End::Found => good = middle + 1,
            End::Exhausted => {
                is_first = false;
                good = middle + 1;
            }
        }
    }
    (bad, is_first)
}

/// What the object could have held while the culprit was under way: each of them is its content in some order of all that
/// was invoked until the culprit's return, the culprit finding whatever there is.
fn contents(
    setting: Setting<'_>,
    items: &[Item],
    order: &[usize],
    last: usize,
    limit: &Limit<'_>,
) -> (Vec<String>, bool) {
    let culprit = items[order[last]];
    let mut problem = Problem::new(setting, until(items, order, last));
    problem.exact = true;
    problem.horizon = culprit.ret;
    let probe = problem.items.iter().position(|item| item.source == culprit.source && item.ret != NEVER);
    problem.probe = probe.map(|place| place as u32);
    let Some(probe) = problem.probe else { return (Vec::new(), false) };
    // The search takes the problem: what it is shown by number has to be kept.
    let parts = problem.items.clone();
    let mut possible: Vec<String> = Vec::new();
    let mut found = |trail: &[u32]| {
        let before = trail.iter().take_while(|op| **op != probe).map(|op| &parts[*op as usize]);
        let held = content(setting, before);
        if !possible.contains(&held) {
            possible.push(held);
        }
        possible.len() > CONTENTS
    };
    let end = solve(problem, limit, &mut found).end;
    let is_all = end == End::Nothing && possible.len() <= CONTENTS;
    possible.truncate(CONTENTS);
    (possible, is_all)
}
