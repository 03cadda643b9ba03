//! Random histories: those of an object that keeps its promise, and of one that sometimes does not.

use crate::verify::linear::{ABSENT, Action, Initial, Model, Op, ValueId, Values};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// What a random history is like.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// The model.
    pub model: Model,
    /// Operations.
    pub operations: usize,
    /// The longest duration; a new operation begins each tick, about.
    pub longest: i64,
    /// One in so many changes is indeterminate.
    pub open: u32,
    /// One in so many reads is falsified; 0: none.
    pub wrong: u32,
    /// Different values.
    pub values: u32,
    /// Whether no value begins with another.
    pub code: bool,
}

/// One history on key 0.
#[derive(Clone, Debug)]
pub struct Random {
    /// Its operations, in no particular order of time.
    pub operations: Vec<Op>,
    /// The texts.
    pub values: Values,
    /// What the object held at the beginning.
    pub initial: Initial,
}

/// A text that stands for itself, or a piece of text.
fn value(values: &mut Values, shape: &Shape, number: u32) -> ValueId {
    values.intern(if shape.code { CODE[number as usize % 9] } else { LOOSE[number as usize % 9] })
}

const CODE: [&str; 9] = ["0", "1", "20", "21", "3", "4", "5", "60", "61"];
const LOOSE: [&str; 9] = ["1", "11", "0", "10", "101", "", "00", "110", "2"];

fn action(shape: &Shape, values: &mut Values, rng: &mut Xoshiro256PlusPlus) -> Action {
    let mut any = |rng: &mut Xoshiro256PlusPlus| value(values, shape, rng.random_range(0..shape.values));
    let read = rng.random_range(0..5) < 2;
    match (shape.model, rng.random_range(0..6)) {
        (Model::Counter, _) if read => Action::Total(0),
        (Model::Counter, 0) => Action::Add(-1),
        (Model::Counter, _) => Action::Add(i64::from(rng.random_range(0..shape.values))),
        _ if read => Action::Read(ABSENT),
        (Model::CasRegister | Model::KeyValue, 0..3) => Action::Cas(any(rng), any(rng)),
        (Model::AppendRegister, 0..5) => Action::Append(any(rng)),
        (Model::KeyValue, 3..5) => Action::Append(any(rng)),
        _ => Action::Write(any(rng)),
    }
}

/// An object that keeps its promise.
struct Object<'a> {
    values: &'a mut Values,
    value: ValueId,
    number: i64,
}

impl Object<'_> {
    /// Carries the operation out at this moment: what it found is put into it.
    fn carry_out(&mut self, action: Action) -> Action {
        match action {
            Action::Read(_) => return Action::Read(self.value),
            Action::Total(_) => return Action::Total(self.number),
            Action::Write(value) => self.value = value,
            Action::Cas(_, to) => {
                let from = std::mem::replace(&mut self.value, to);
                return Action::Cas(from, to);
            }
            Action::Append(value) => {
                let text = format!("{}{}", self.values.text(self.value), self.values.text(value));
                self.value = self.values.intern(&text);
            }
            Action::Add(number) => self.number += number,
        }
        action
    }
}

/// A history by a seed: each operation takes effect at a random moment of its time, some indeterminate ones never.
pub fn history(shape: &Shape, seed: u64) -> Random {
    let rng = &mut Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut values = Values::default();
    let mut initial = Initial::default();
    if rng.random_range(0..4) == 0 {
        initial = Initial { value: value(&mut values, shape, 0), number: 2 };
    }
    let mut planned = Vec::new();
    for tick in 0..shape.operations as i64 {
        let call = tick * 2 + rng.random_range(0..3);
        let length = rng.random_range(0..=shape.longest * 2);
        let action = action(shape, &mut values, rng);
        let open = rng.random_range(0..shape.open) == 0;
        let late = if open { rng.random_range(0..shape.operations as i64 * 4) } else { 0 };
        let effect = call * 4 + rng.random_range(0..=length.max(1) * 4).min(length * 4) + late;
        let never = open && rng.random_range(0..2) == 0;
        planned.push((effect, never, Op { key: 0, call, ret: (!open).then_some(call + length), action }));
    }
    planned.sort_by_key(|(effect, ..)| *effect);
    let mut object = Object { values: &mut values, value: initial.value, number: initial.number };
    let mut operations = Vec::new();
    for (_, never, op) in planned {
        let action = if never { op.action } else { object.carry_out(op.action) };
        operations.push(Op { action, ..op });
    }
    if shape.wrong > 0 {
        falsify(&mut operations, &mut values, shape, rng);
    }
    Random { operations, values, initial }
}

fn falsify(operations: &mut [Op], values: &mut Values, shape: &Shape, rng: &mut Xoshiro256PlusPlus) {
    let seen: Vec<ValueId> = operations
        .iter()
        .filter_map(|op| match op.action {
            Action::Read(value) | Action::Write(value) | Action::Cas(_, value) => Some(value),
            _ => None,
        })
        .collect();
    for op in operations.iter_mut() {
        if rng.random_range(0..shape.wrong) != 0 {
            continue;
        }
        let other = match seen.len() {
            0 => ABSENT,
            many if rng.random_range(0..8) > 0 => seen[rng.random_range(0..many)],
            _ => value(values, shape, rng.random_range(0..shape.values)),
        };
        match &mut op.action {
            Action::Read(value) | Action::Cas(value, _) => *value = other,
            Action::Total(number) => *number += rng.random_range(-1..2),
            Action::Write(_) | Action::Append(_) | Action::Add(_) => {}
        }
    }
}
