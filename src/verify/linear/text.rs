//! A text that grows: written, appended to, compared and set, read.
//!
//! A state is a place in the texts that are read: the first of them, in alphabetical order, that begins with it, and its
//! length. A text with which none of them begins cannot be read, whatever is appended: all such are one state.

use super::model::Model;
use super::pieces::{Home, Pieces, Sums};
use super::problem::Problem;
use super::{Action, ValueId, Values};

/// A text that nobody reads.
const ASTRAY: u64 = u64::MAX;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Move {
    Read(u64),
    Put(u64),
    Swap(u64, u64),
    Append(ValueId),
    Probe,
}

/// A text's operations.
#[derive(Debug)]
pub struct Text {
    /// The texts that are read or compared with, sorted, each once.
    read: Vec<Box<[u8]>>,
    /// What is appended, by operation that does.
    appended: Vec<Box<[u8]>>,
    moves: Vec<Move>,
    initial: u64,
    exact: bool,
    closed: usize,
    /// The first operation of each class of indeterminate ones.
    open_first: Vec<u32>,
    /// How texts are put together, where that is plain.
    pieces: Option<Pieces>,
    /// By text: operations to come that returned and read it.
    awaited: Sums,
    /// The same of texts that grew out of nothing.
    rooted: Sums,
    /// Operations to come that put a whole text there.
    puts: usize,
    /// Operations to come that returned and found a text.
    finds: usize,
}

fn texts(problem: &Problem<'_>) -> Vec<Box<[u8]>> {
    let values = problem.setting.values;
    let found = problem.items.iter().filter_map(|item| match item.action {
        Action::Read(value) | Action::Cas(value, _) => Some(values.text(value).as_bytes().into()),
        Action::Write(_) | Action::Append(_) | Action::Add(_) | Action::Total(_) => None,
    });
    let mut read: Vec<Box<[u8]>> = found.collect();
    read.sort_unstable();
    read.dedup();
    read
}

fn pack(first: usize, length: usize) -> u64 {
    (first as u64) << 32 | length as u64
}

fn unpack(state: u64) -> (usize, usize) {
    ((state >> 32) as usize, (state & 0xffff_ffff) as usize)
}

impl Model for Text {
    fn new(problem: &Problem<'_>) -> Text {
        let values = problem.setting.values;
        let read = texts(problem);
        let pieces = if problem.exact { None } else { Pieces::of(problem, &read) };
        let mut text = Text {
            awaited: Sums::new(read.len()),
            rooted: Sums::new(read.len()),
            read,
            pieces,
            appended: Vec::new(),
            moves: Vec::with_capacity(problem.items.len()),
            initial: ASTRAY,
            exact: problem.exact,
            closed: problem.closed,
            open_first: problem.open_classes.iter().map(|ops| ops[0]).collect(),
            puts: 0,
            finds: 0,
        };
        text.initial = text.whole(values, problem.setting.initial.value);
        for item in &problem.items {
            let step = match item.action {
                Action::Read(value) => Move::Read(text.whole(values, value)),
                Action::Write(value) => Move::Put(text.whole(values, value)),
                Action::Cas(from, to) => Move::Swap(text.whole(values, from), text.whole(values, to)),
                Action::Append(value) => {
                    text.appended.push(values.text(value).as_bytes().into());
                    Move::Append(ValueId(text.appended.len() as u32 - 1))
                }
                Action::Add(_) | Action::Total(_) => Move::Probe,
            };
            text.moves.push(step);
        }
        if let Some(probe) = problem.probe {
            // It finds whatever there is; what it puts there it still puts there.
            text.moves[probe as usize] = match text.moves[probe as usize] {
                Move::Swap(_, to) => Move::Put(to),
                _ => Move::Probe,
            };
        }
        for op in 0..problem.items.len() as u32 {
            text.put_back(op);
        }
        text
    }

    fn initial(&self) -> u64 {
        self.initial
    }

    fn step(&self, state: u64, op: u32) -> Option<u64> {
        match self.moves[op as usize] {
            Move::Read(text) => (state == text).then_some(state),
            Move::Put(text) => Some(text),
            Move::Swap(from, to) => (state == from).then_some(to),
            Move::Append(place) => Some(self.longer(state, &self.appended[place.0 as usize])),
            Move::Probe => Some(state),
        }
    }

    fn is_pure(&self, op: u32) -> bool {
        matches!(self.moves[op as usize], Move::Read(_))
    }

    fn lifted(&mut self, op: u32) {
        let (puts, finds) = self.weight(op);
        self.puts -= puts;
        self.finds -= finds;
        self.await_read(op, |count| *count -= 1);
    }

    fn put_back(&mut self, op: u32) {
        let (puts, finds) = self.weight(op);
        self.puts += puts;
        self.finds += finds;
        self.await_read(op, |count| *count += 1);
    }

    /// No piece is to be missing from a text that will be read.
    fn hopeless(&self) -> bool {
        self.pieces.as_ref().is_some_and(|pieces| pieces.hopeless)
    }

    /// Once astray, only a whole text leads back; and no indeterminate operation need lead astray.
    fn goes_on(&self, from: u64, to: u64, op: u32) -> bool {
        let is_open = op as usize >= self.closed;
        if self.exact {
            return true;
        }
        if to == ASTRAY && (is_open || (self.puts == 0 && self.finds > 0)) {
            return false;
        }
        self.is_at_home(op, to) && self.leaves_nothing(from, to, op)
    }

    /// Where nothing is overwritten any more, every text to be read begins with what is there.
    fn doomed(&self, state: u64, callable: &[u32]) -> bool {
        let lost = |op: &u32| match self.moves[*op as usize] {
            Move::Read(text) | Move::Swap(text, _) => !self.begins(text, state),
            Move::Put(_) | Move::Append(_) | Move::Probe => false,
        };
        self.puts == 0 && callable.iter().any(lost)
    }

    fn overwrites(&self, op: u32) -> bool {
        self.pieces.is_some() && matches!(self.moves[op as usize], Move::Put(_))
    }

    /// As of a register: what nobody sees can have happened right before something else overwrote it.
    fn is_idle(&self, op: u32) -> bool {
        let adds = matches!(self.moves[op as usize], Move::Put(_) | Move::Append(_));
        adds && self.pieces.as_ref().is_some_and(|pieces| !self.is_awaited(pieces.home[op as usize]))
    }

    fn tempting(&self, _state: u64, _callable: &[u32], into: &mut Vec<u32>) {
        into.extend((0..self.open_first.len() as u32).filter(|class| {
            let op = self.open_first[*class as usize];
            self.pieces.as_ref().is_none_or(|pieces| self.is_awaited(pieces.home[op as usize]))
        }));
    }
}

impl Text {
    /// Whether texts that are still to be read hold the piece.
    fn is_awaited(&self, home: Home) -> bool {
        match home {
            Home::Nowhere => false,
            Home::Anywhere => true,
            Home::Once { first, last, .. } => self.awaited.between(first, last) > 0,
        }
    }

    /// A piece that only this operation brings, and that is still to be read, has one place where it can go.
    fn is_at_home(&self, op: u32, to: u64) -> bool {
        match self.pieces.as_ref().map(|pieces| pieces.home[op as usize]) {
            Some(home @ Home::Once { first, length, .. }) => {
                to == pack(first, length) || !self.is_awaited(home)
            }
            _ => true,
        }
    }

    /// A text that cannot come back is not left behind while it, or what grows out of it, is still to be read.
    fn leaves_nothing(&self, from: u64, to: u64, op: u32) -> bool {
        let Some(pieces) = &self.pieces else { return true };
        if from == ASTRAY || from == to {
            return true;
        }
        let (place, length) = unpack(from);
        let sums = if pieces.fixed_from[place] <= length {
            &self.awaited
        } else if pieces.rooted[place] || length == 0 {
            &self.rooted
        } else {
            return true;
        };
        let grows = to != ASTRAY && matches!(self.moves[op as usize], Move::Append(_));
        self.count(sums, from) == if grows { self.count(sums, to) } else { 0 }
    }

    /// How many of these texts begin with a state.
    fn count(&self, sums: &Sums, state: u64) -> usize {
        let (first, length) = unpack(state);
        let prefix = &self.read[first][..length];
        let many = self.read[first..].partition_point(|text| text.starts_with(prefix));
        sums.between(first, first + many)
    }

    fn await_read(&mut self, op: u32, change: impl Fn(&mut usize)) {
        let Move::Read(text) = self.moves[op as usize] else { return };
        if text == ASTRAY || op as usize >= self.closed {
            return;
        }
        let (place, _) = unpack(text);
        self.awaited.change(place, &change);
        if self.pieces.as_ref().is_some_and(|pieces| pieces.rooted[place]) {
            self.rooted.change(place, &change);
        }
    }

    /// Whether an operation puts a whole text there, and whether it returned and found one.
    fn weight(&self, op: u32) -> (usize, usize) {
        let closed = usize::from((op as usize) < self.closed);
        match self.moves[op as usize] {
            Move::Read(_) => (0, closed),
            Move::Put(_) => (1, 0),
            Move::Swap(..) => (1, closed),
            Move::Append(_) | Move::Probe => (0, 0),
        }
    }

    fn whole(&self, values: &Values, value: ValueId) -> u64 {
        self.place(0, 0, values.text(value).as_bytes())
    }

    /// The state after appending.
    fn longer(&self, state: u64, more: &[u8]) -> u64 {
        if state == ASTRAY {
            return ASTRAY;
        }
        let (first, length) = unpack(state);
        self.place(first, length, more)
    }

    /// The place of a text: the first `length` bytes of the text at `first`, and `more`.
    fn place(&self, first: usize, length: usize, more: &[u8]) -> u64 {
        let prefix = self.read.get(first).map_or(&[][..], |text| &text[..length]);
        let from = first
            + self.read[first.min(self.read.len())..]
                .partition_point(|text| text.strip_prefix(prefix).is_some_and(|rest| rest < more));
        let begins = |text: &[u8]| text.strip_prefix(prefix).is_some_and(|rest| rest.starts_with(more));
        match self.read.get(from) {
            Some(text) if begins(text) => pack(from, length + more.len()),
            _ => ASTRAY,
        }
    }

    /// Whether a text that is read begins with a state.
    fn begins(&self, text: u64, state: u64) -> bool {
        if state == ASTRAY || text == ASTRAY {
            return false;
        }
        let ((at, whole), (first, length)) = (unpack(text), unpack(state));
        length <= whole && self.read[at][..whole].starts_with(&self.read[first][..length])
    }
}
