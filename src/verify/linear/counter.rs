//! A counter: additions commute, so only reads tell when they happened.

use super::Action;
use super::model::Model;
use super::problem::Problem;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Move {
    Add(i64),
    Read(i64),
    Probe,
}

/// A counter's operations.
#[derive(Debug)]
pub struct Counter {
    moves: Vec<Move>,
    initial: i64,
    exact: bool,
    /// Whether nothing is ever taken away.
    grows: bool,
    classes: u32,
}

impl Model for Counter {
    fn new(problem: &Problem<'_>) -> Counter {
        let of = |action: Action| match action {
            Action::Add(number) => Move::Add(number),
            Action::Total(number) => Move::Read(number),
            Action::Read(_) | Action::Write(_) | Action::Cas(..) | Action::Append(_) => Move::Add(0),
        };
        let mut moves: Vec<Move> = problem.items.iter().map(|item| of(item.action)).collect();
        if let Some(probe) = problem.probe {
            moves[probe as usize] = Move::Probe;
        }
        Counter {
            grows: moves.iter().all(|step| !matches!(step, Move::Add(number) if *number < 0)),
            moves,
            initial: problem.setting.initial.number,
            exact: problem.exact,
            classes: problem.open_classes.len() as u32,
        }
    }

    fn initial(&self) -> u64 {
        self.initial as u64
    }

    fn step(&self, state: u64, op: u32) -> Option<u64> {
        let total = state as i64;
        match self.moves[op as usize] {
            Move::Add(number) => total.checked_add(number).map(|sum| sum as u64),
            Move::Read(number) => (number == total).then_some(state),
            Move::Probe => Some(state),
        }
    }

    fn is_pure(&self, op: u32) -> bool {
        matches!(self.moves[op as usize], Move::Read(_))
    }

    fn lifted(&mut self, _op: u32) {}

    fn put_back(&mut self, _op: u32) {}

    /// It has grown past what is to be read.
    fn doomed(&self, state: u64, callable: &[u32]) -> bool {
        let past = |op: &u32| matches!(self.moves[*op as usize], Move::Read(number) if number < state as i64);
        self.grows && callable.iter().any(past)
    }

    /// Where nothing can be read next, no addition is needed before it must be.
    fn can_wait(&self, callable: &[u32]) -> bool {
        !callable.iter().any(|op| self.is_look(*op))
    }

    /// An indeterminate addition need not happen before a read is next.
    fn tempting(&self, _state: u64, callable: &[u32], into: &mut Vec<u32>) {
        if self.exact || callable.iter().any(|op| self.is_look(*op)) {
            into.extend(0..self.classes);
        }
    }
}

impl Counter {
    fn is_look(&self, op: u32) -> bool {
        !matches!(self.moves[op as usize], Move::Add(_))
    }
}
