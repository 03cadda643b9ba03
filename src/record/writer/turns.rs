//! Lets others have the core in the midst of long work.

/// After so many bytes gone through: some tens of microseconds.
pub(super) const TURN: usize = 32 << 10;

/// Whoever shares the core with the writer has arrivals to start, and the system would let us go on for milliseconds. So
/// the writer goes to the end of the line after every little piece of work, unless it is behind.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turns {
    hurry: bool,
    worked: usize,
    give_way: fn(),
}

impl Turns {
    /// Gives way now and then, or never where there is a hurry.
    pub(super) fn new(hurry: bool) -> Turns {
        Turns { hurry, worked: 0, give_way: std::thread::yield_now }
    }

    /// So many bytes were gone through.
    #[inline]
    pub(super) fn worked(&mut self, bytes: usize) {
        self.worked += bytes;
        if self.worked >= TURN {
            self.over();
        }
    }

    /// A piece of work is done.
    #[inline]
    pub(super) fn over(&mut self) {
        self.worked = 0;
        if !self.hurry {
            (self.give_way)();
        }
    }
}

/// For the tests of whoever works in turns: ways that were given are counted.
#[cfg(test)]
pub(super) mod counted {
    use super::Turns;
    use std::cell::Cell;

    thread_local! {
        static GIVEN: Cell<usize> = const { Cell::new(0) };
    }

    /// How often `work` gives way.
    pub(in super::super) fn given(hurry: bool, work: impl FnOnce(&mut Turns)) -> usize {
        let count = || GIVEN.with(|given| given.set(given.get() + 1));
        GIVEN.with(|given| given.set(0));
        work(&mut Turns { give_way: count, ..Turns::new(hurry) });
        GIVEN.with(Cell::get)
    }
}

#[cfg(test)]
mod tests {
    use super::TURN;
    use super::counted::given;

    #[test]
    fn way_is_given_after_a_turn_and_after_a_piece_of_work() {
        assert_eq!(given(false, |turns| turns.worked(TURN - 1)), 0);
        assert_eq!(given(false, |turns| turns.over()), 1);
        let little_by_little = |turns: &mut super::Turns| (0..3 * TURN / 8).for_each(|_| turns.worked(8));
        assert_eq!(given(false, little_by_little), 3);
    }

    #[test]
    fn whoever_is_behind_gives_no_way() {
        let much = |turns: &mut super::Turns| {
            turns.worked(10 * TURN);
            turns.over();
        };
        assert_eq!((given(false, much), given(true, much)), (2, 0));
    }
}
