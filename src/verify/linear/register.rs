//! A register, with or without compare-and-set.

use super::model::Model;
use super::problem::{Item, Problem};
use super::{Action, ValueId};
use std::collections::HashMap;

/// No value, where an operation neither observes nor produces one.
const NONE: u32 = u32::MAX;
/// Any value that no operation to come observes.
const OTHER: u64 = u64::MAX;

/// A register's values by local number, and which of them are still waited for.
#[derive(Debug)]
pub struct Register {
    /// For each operation: what it must find, and what it puts there.
    moves: Vec<(u32, u32)>,
    initial: u64,
    exact: bool,
    closed: usize,
    /// By value: operations to come that returned and found it.
    observers: Vec<u32>,
    /// By value: indeterminate ones to come that would have to find it.
    open_observers: Vec<u32>,
    /// By value: operations to come that put it there.
    producers: Vec<u32>,
    /// By value: the classes of indeterminate operations that put it there.
    open_producers: Vec<Vec<u32>>,
    /// For each class of indeterminate operations: what they must find.
    open_finds: Vec<u32>,
}

fn ends(action: Action) -> (Option<ValueId>, Option<ValueId>) {
    match action {
        Action::Read(value) => (Some(value), None),
        Action::Write(value) => (None, Some(value)),
        Action::Cas(from, to) if from == to => (Some(from), None),
        Action::Cas(from, to) => (Some(from), Some(to)),
        Action::Append(_) | Action::Add(_) | Action::Total(_) => (None, None),
    }
}

impl Model for Register {
    fn new(problem: &Problem<'_>) -> Register {
        let mut local: HashMap<ValueId, u32> = HashMap::new();
        let mut number = |value: Option<ValueId>| match value {
            None => NONE,
            Some(value) => {
                let fresh = local.len() as u32;
                *local.entry(value).or_insert(fresh)
            }
        };
        let initial = u64::from(number(Some(problem.setting.initial.value)));
        let mut moves: Vec<(u32, u32)> = Vec::with_capacity(problem.items.len());
        for item in &problem.items {
            let (find, put) = ends(item.action);
            moves.push((number(find), number(put)));
        }
        if let Some(probe) = problem.probe {
            // It finds whatever there is; what it puts there it still puts there.
            moves[probe as usize].0 = NONE;
        }
        let values = local.len();
        let mut register = Register {
            initial,
            exact: problem.exact,
            closed: problem.closed,
            observers: vec![0; values],
            open_observers: vec![0; values],
            producers: vec![0; values],
            open_producers: vec![Vec::new(); values],
            open_finds: Vec::new(),
            moves,
        };
        for op in 0..problem.items.len() as u32 {
            register.put_back(op);
        }
        for (class, ops) in problem.open_classes.iter().enumerate() {
            let (find, put) = register.moves[ops[0] as usize];
            register.open_finds.push(find);
            if put != NONE {
                register.open_producers[put as usize].push(class as u32);
            }
        }
        register
    }

    fn initial(&self) -> u64 {
        self.initial
    }

    fn step(&self, state: u64, op: u32) -> Option<u64> {
        let (find, put) = self.moves[op as usize];
        let found = find == NONE || u64::from(find) == state;
        found.then_some(if put == NONE { state } else { u64::from(put) })
    }

    fn is_pure(&self, op: u32) -> bool {
        let (find, put) = self.moves[op as usize];
        find != NONE && put == NONE
    }

    fn lifted(&mut self, op: u32) {
        self.count(op, |count| *count -= 1);
    }

    fn put_back(&mut self, op: u32) {
        self.count(op, |count| *count += 1);
    }

    /// A value was found that is not there at the beginning and that nobody puts there.
    fn hopeless(&self) -> bool {
        let mut values = self.observers.iter().zip(&self.producers).enumerate();
        values.any(|(value, (observers, producers))| {
            *observers > 0 && *producers == 0 && value as u64 != self.initial
        })
    }

    /// A value that is still to be found and that nobody will put there again may not be left.
    fn goes_on(&self, from: u64, to: u64, _op: u32) -> bool {
        let left = if from == to || from == OTHER { None } else { Some(from as usize) };
        self.exact || left.is_none_or(|value| self.observers[value] == 0 || self.producers[value] > 0)
    }

    fn normal(&self, state: u64) -> u64 {
        if state == OTHER || self.exact || self.is_awaited(state as usize) { state } else { OTHER }
    }

    fn overwrites(&self, op: u32) -> bool {
        !self.exact && self.is_write(op)
    }

    /// What nobody sees can be written right before something else is: all of them at once, at no cost.
    fn is_idle(&self, op: u32) -> bool {
        let (_, put) = self.moves[op as usize];
        !self.exact && self.is_write(op) && !self.is_awaited(put as usize)
    }

    /// An indeterminate write need not happen before the operation that finds its value is the next.
    fn tempting(&self, state: u64, callable: &[u32], into: &mut Vec<u32>) {
        if self.exact {
            into.extend(0..self.open_finds.len() as u32);
            return;
        }
        let mut wanted: Vec<u32> = Vec::new();
        let want = |value: u32, wanted: &mut Vec<u32>| {
            if value != NONE && u64::from(value) != state && !wanted.contains(&value) {
                wanted.push(value);
            }
        };
        callable.iter().for_each(|op| want(self.moves[*op as usize].0, &mut wanted));
        let mut next = 0;
        while let Some(value) = wanted.get(next).copied() {
            next += 1;
            for class in &self.open_producers[value as usize] {
                into.push(*class);
                want(self.open_finds[*class as usize], &mut wanted);
            }
        }
    }
}

impl Register {
    fn count(&mut self, op: u32, change: impl Fn(&mut u32)) {
        let (find, put) = self.moves[op as usize];
        let open = op as usize >= self.closed;
        if find != NONE {
            let counts = if open { &mut self.open_observers } else { &mut self.observers };
            change(&mut counts[find as usize]);
        }
        if put != NONE {
            change(&mut self.producers[put as usize]);
        }
    }

    fn is_write(&self, op: u32) -> bool {
        let (find, put) = self.moves[op as usize];
        find == NONE && put != NONE
    }

    fn is_awaited(&self, value: usize) -> bool {
        self.observers[value] > 0 || self.open_observers[value] > 0
    }
}

/// Leaves out indeterminate operations whose value nobody finds after they were invoked: that they took effect could make
/// nothing possible that would not be without them.
pub fn keep_useful(problem: &mut Problem<'_>) {
    let mut latest: HashMap<ValueId, i64> = HashMap::new();
    let found = |latest: &mut HashMap<ValueId, i64>, value: ValueId, until: i64| {
        let at = latest.entry(value).or_insert(i64::MIN);
        let later = until > *at;
        *at = (*at).max(until);
        later
    };
    for item in problem.items.iter().filter(|item| !item.is_open()) {
        if let (Some(value), _) = ends(item.action) {
            found(&mut latest, value, item.ret);
        }
    }
    let mut swaps: Vec<(ValueId, ValueId, i64)> = Vec::new();
    for item in problem.items.iter().filter(|item| item.is_open()) {
        if let (Some(from), Some(to)) = ends(item.action) {
            swaps.push((from, to, item.call));
        }
    }
    // Chains of indeterminate compare-and-sets: at most as many rounds as there are links.
    for _ in 0..swaps.len() {
        let mut grown = false;
        for (from, to, call) in &swaps {
            if let Some(until) = latest.get(to).copied().filter(|until| until >= call) {
                grown |= found(&mut latest, *from, until);
            }
        }
        if !grown {
            break;
        }
    }
    let useful = |item: &Item| match ends(item.action) {
        (_, Some(to)) => latest.get(&to).is_some_and(|until| *until >= item.call),
        (_, None) => false,
    };
    problem.retain_open(useful);
}
