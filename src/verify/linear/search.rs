//! The search of Wing and Gong, with Lowe's memory of configurations.
//!
//! A configuration is the set of operations that have their place in the order, and the state they lead to. From each, the
//! operations that could come next are tried: those invoked before the first return of the others. What fits and changes
//! nothing (a read of the very value) takes its place at once: whatever order there is, it is one with that read here too.
//! Of operations that do the same, the one that returns first goes first.

use super::list::List;
use super::model::Model;
use super::problem::Problem;
use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

/// Between two looks at the time.
const LOOK: u64 = 1_024;

/// How a search ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// An order was found, and the one who asked wants no other.
    Found,
    /// There is no (other) order.
    Nothing,
    /// The budget was used up.
    Exhausted,
}

/// What may be spent on one search.
#[derive(Clone, Copy)]
pub struct Limit<'a> {
    /// Configurations.
    pub states: u64,
    /// Whether the time is up.
    pub expired: &'a dyn Fn() -> bool,
}

/// A point at which something else can be tried.
struct Frame {
    state: u64,
    /// The length of the trail before the step that led here.
    mark: usize,
    /// Its first move, and the next to be tried.
    from: usize,
    next: usize,
}

enum Entered {
    Open,
    Dead,
    Found,
}

/// The hashes of configurations are hashes already.
#[derive(Default)]
struct Same(u64);

impl Hasher for Same {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0 = self.0.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u128(&mut self, number: u128) {
        self.0 = number as u64;
    }
}

/// SplitMix64's mixing function (Steele, Lea and Flood 2014), twice.
fn mix(number: u64, lane: u64) -> u128 {
    let half = |seed: u64| {
        let mut z = number.wrapping_add(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    u128::from(half(2 * lane + 1)) << 64 | u128::from(half(2 * lane + 2 + (number << 8 | 1)))
}

/// A search over the operations of one key.
pub struct Search<'a, M> {
    problem: &'a Problem<'a>,
    model: M,
    list: List,
    /// For each class of indeterminate operations, how many of them have their place.
    used: Vec<usize>,
    /// Of the set of operations that have their place: the exclusive or of their numbers' hashes.
    hash: u128,
    /// Of what the probe found.
    probe: u128,
    trail: Vec<u32>,
    frames: Vec<Frame>,
    moves: Vec<u32>,
    seen: HashSet<u128, BuildHasherDefault<Same>>,
    callable: Vec<u32>,
    tempting: Vec<u32>,
    /// Configurations that were visited.
    pub states: u64,
    /// So many returns, in the order of time, were reached at best.
    pub passed: usize,
}

impl<'a, M: Model> Search<'a, M> {
    /// A search that has not begun.
    pub fn new(problem: &'a Problem<'a>) -> Search<'a, M> {
        Search {
            problem,
            model: M::new(problem),
            list: List::new(&problem.items[..problem.closed]),
            used: vec![0; problem.open_classes.len()],
            hash: 0,
            probe: 0,
            trail: Vec::new(),
            frames: Vec::new(),
            moves: Vec::new(),
            seen: HashSet::default(),
            callable: Vec::new(),
            tempting: Vec::new(),
            states: 0,
            passed: 0,
        }
    }

    /// Looks for orders. Each that is found is told; if `found` says so, it is enough.
    pub fn run(&mut self, limit: &Limit<'_>, found: &mut dyn FnMut(&[u32]) -> bool) -> End {
        if !self.problem.exact && self.model.hopeless() {
            return End::Nothing;
        }
        let initial = self.model.initial();
        if let Entered::Found = self.enter(initial, 0, found) {
            return End::Found;
        }
        while let Some(frame) = self.frames.last_mut() {
            if frame.next == self.moves.len() {
                let Frame { mark, from, .. } = *frame;
                self.moves.truncate(from);
                self.frames.pop();
                self.undo(mark);
                continue;
            }
            if self.states >= limit.states || (self.states % LOOK == LOOK - 1 && (limit.expired)()) {
                return End::Exhausted;
            }
            let (op, state, mark) = (self.moves[frame.next], frame.state, self.trail.len());
            frame.next += 1;
            let entered = match self.apply(state, op) {
                Some(to) => self.enter(to, mark, found),
                None => Entered::Dead,
            };
            match entered {
                Entered::Open => {}
                Entered::Dead => self.undo(mark),
                Entered::Found => return End::Found,
            }
        }
        End::Nothing
    }

    /// Gives the operation its place; the state after it, unless that leads nowhere.
    fn apply(&mut self, state: u64, op: u32) -> Option<u64> {
        let to = self.model.step(state, op)?;
        if self.model.overwrites(op) {
            self.sweep(|model, other| other != op && model.is_idle(other));
        }
        self.lift(op, state);
        self.model.goes_on(state, to, op).then_some(to)
    }

    /// Enters the configuration to which the last step led.
    fn enter(&mut self, state: u64, mark: usize, found: &mut dyn FnMut(&[u32]) -> bool) -> Entered {
        self.sweep(|model, op| model.is_pure(op) && model.step(state, op).is_some());
        let state = self.model.normal(state);
        if self.list.is_empty() && !self.problem.exact {
            self.passed = self.problem.closed;
            return if found(&self.trail) { Entered::Found } else { Entered::Dead };
        }
        if !self.seen.insert(self.hash ^ self.probe ^ mix(state, 2)) {
            return Entered::Dead;
        }
        self.states += 1;
        if self.list.is_empty() && found(&self.trail) {
            return Entered::Found;
        }
        let from = self.moves.len();
        if !self.collect(state) {
            return Entered::Dead;
        }
        self.frames.push(Frame { state, mark, from, next: from });
        Entered::Open
    }

    /// Lists what can be tried; false if nothing can.
    fn collect(&mut self, state: u64) -> bool {
        let mut callable = std::mem::take(&mut self.callable);
        callable.clear();
        let first = self.list.callable(&mut callable);
        if let Some(first) = first {
            self.passed = self.passed.max(self.list.rank(first));
        }
        let from = self.moves.len();
        if !self.model.doomed(state, &callable) {
            self.closed_moves(state, &callable, first);
            self.open_moves(state, &callable, first);
        }
        self.callable = callable;
        self.moves.len() > from
    }

    /// Of the operations that returned: those that unblock the first return go first, then in the order of returns.
    fn closed_moves(&mut self, state: u64, callable: &[u32], first: Option<u32>) {
        let Problem { items, class, .. } = self.problem;
        let waits = self.model.can_wait(callable);
        let from = self.moves.len();
        for op in callable.iter().copied().filter(|op| !waits || Some(*op) == first) {
            if self.model.is_pure(op) || self.model.step(state, op).is_none() {
                continue;
            }
            let idle = self.model.is_idle(op);
            let same = |other: &u32| {
                class[*other as usize] == class[op as usize] || (idle && self.model.is_idle(*other))
            };
            match self.moves[from..].iter().position(same) {
                Some(place) => {
                    let other = &mut self.moves[from + place];
                    if items[op as usize].ret < items[*other as usize].ret {
                        *other = op;
                    }
                }
                None => self.moves.push(op),
            }
        }
        let (model, moves) = (&self.model, &mut self.moves[from..]);
        moves.sort_by_key(|op| {
            let after = model.step(state, *op);
            let unblocks = first == Some(*op)
                || first.is_some_and(|first| after.is_some_and(|after| model.step(after, first).is_some()));
            (!unblocks, items[*op as usize].ret)
        });
    }

    /// Of the indeterminate operations: of each class the one invoked first, if it was before the first return.
    fn open_moves(&mut self, state: u64, callable: &[u32], first: Option<u32>) {
        let problem = self.problem;
        let until = first.map_or(problem.horizon, |first| problem.items[first as usize].ret);
        let mut tempting = std::mem::take(&mut self.tempting);
        tempting.clear();
        self.model.tempting(state, callable, &mut tempting);
        for class in &tempting {
            let Some(op) = problem.open_classes[*class as usize].get(self.used[*class as usize]) else {
                continue;
            };
            if problem.items[*op as usize].call <= until && self.model.step(state, *op).is_some() {
                self.moves.push(*op);
            }
        }
        self.tempting = tempting;
    }

    /// Gives every operation that could come next, and that is wanted, its place.
    fn sweep(&mut self, wanted: impl Fn(&M, u32) -> bool) {
        let mut at = self.list.first();
        while let Some(op) = at {
            if wanted(&self.model, op) {
                self.lift(op, 0);
            }
            at = self.list.after(op);
        }
    }

    fn lift(&mut self, op: u32, state: u64) {
        if (op as usize) < self.problem.closed {
            self.list.lift(op);
        } else {
            self.used[self.problem.class[op as usize] as usize] += 1;
        }
        if self.problem.probe == Some(op) {
            self.probe = mix(state, 3);
        }
        self.hash ^= mix(u64::from(op), 1);
        self.model.lifted(op);
        self.trail.push(op);
    }

    fn undo(&mut self, mark: usize) {
        while self.trail.len() > mark {
            let Some(op) = self.trail.pop() else { return };
            if (op as usize) < self.problem.closed {
                self.list.put_back(op);
            } else {
                self.used[self.problem.class[op as usize] as usize] -= 1;
            }
            if self.problem.probe == Some(op) {
                self.probe = 0;
            }
            self.hash ^= mix(u64::from(op), 1);
            self.model.put_back(op);
        }
    }
}
