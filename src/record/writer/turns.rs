//! Lets others have the core in the midst of long work.

/// After so many bytes gone through: some tens of microseconds.
pub(super) const TURN: usize = 32 << 10;

/// Whoever shares the core with the writer has arrivals to start, and the system would let us go on for milliseconds. So
/// the writer goes to the end of the line after every little piece of work, unless it is behind.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turns {
    hurry: bool,
    worked: usize,
}

impl Turns {
    /// Gives way now and then, or never where there is a hurry.
    pub(super) fn new(hurry: bool) -> Turns {
        Turns { hurry, worked: 0 }
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
            std::thread::yield_now();
        }
    }
}
