//! Packets that wait for their time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::net::IpAddr;

/// A packet under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Held {
    /// Where it waits.
    pub place: Place,
    /// What it takes of memory, in bytes, roughly.
    pub bytes: u64,
    /// The parts that delay it, a bit for each.
    pub parts: u64,
}

/// Where a packet waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In the kernel's queue, under this number; with its new content, if it was changed.
    Kernel { queue: u16, id: u32, changed: Option<Vec<u8>> },
    /// Here: the kernel has given it up.
    Copy { content: Vec<u8>, to: IpAddr },
}

impl Held {
    /// Whether it waits in this queue of the kernel's.
    pub(super) fn is_in(&self, of: u16) -> bool {
        matches!(self.place, Place::Kernel { queue, .. } if queue == of)
    }
}

/// All of them, by departure; those of the same departure in the order of their arrival.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    heap: BinaryHeap<Reverse<Entry>>,
    arrivals: u64,
    bytes: u64,
}

#[derive(Debug)]
struct Entry {
    at: u64,
    arrival: u64,
    held: Held,
}

impl Entry {
    fn key(&self) -> (u64, u64) {
        (self.at, self.arrival)
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Entry) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Entry) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Entry) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

impl Waiting {
    /// It departs then.
    pub(super) fn push(&mut self, at: u64, held: Held) {
        self.bytes += held.bytes;
        self.heap.push(Reverse(Entry { at, arrival: self.arrivals, held }));
        self.arrivals += 1;
    }

    /// The next one whose time has come.
    pub(super) fn due(&mut self, now: u64) -> Option<Held> {
        if self.next()? > now {
            return None;
        }
        let Reverse(entry) = self.heap.pop()?;
        self.bytes -= entry.held.bytes;
        Some(entry.held)
    }

    /// When the next one departs.
    pub(super) fn next(&self) -> Option<u64> {
        self.heap.peek().map(|Reverse(entry)| entry.at)
    }

    /// How many wait.
    pub(super) fn len(&self) -> usize {
        self.heap.len()
    }

    /// How much they pin, in bytes.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Those that are meant depart at once, in the order in which they would have.
    pub(super) fn hurry(&mut self, meant: impl Fn(&Held) -> bool) -> Vec<Held> {
        let mut gone = Vec::new();
        let mut stay = BinaryHeap::new();
        while let Some(Reverse(entry)) = self.heap.pop() {
            if meant(&entry.held) {
                self.bytes -= entry.held.bytes;
                gone.push(entry.held);
            } else {
                stay.push(Reverse(entry));
            }
        }
        self.heap = stay;
        gone
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(id: u32) -> Held {
        let place = Place::Kernel { queue: 1, id, changed: None };
        Held { place, bytes: 10, parts: u64::from(id) }
    }

    #[test]
    fn departures_are_in_order_and_never_early() {
        let mut waiting = Waiting::default();
        for (at, id) in [(30, 1), (10, 2), (30, 3), (20, 4)] {
            waiting.push(at, held(id));
        }
        assert_eq!((waiting.len(), waiting.bytes(), waiting.next()), (4, 40, Some(10)));
        assert_eq!(waiting.due(9), None);
        assert_eq!(waiting.due(10).map(|held| held.parts), Some(2));
        assert_eq!(waiting.due(10), None);
        assert_eq!((waiting.len(), waiting.bytes(), waiting.next()), (3, 30, Some(20)));
    }

    #[test]
    fn who_is_meant_leaves_in_order() {
        let mut waiting = Waiting::default();
        for (at, id) in [(30, 1), (10, 2), (30, 3), (20, 1)] {
            waiting.push(at, held(id));
        }
        assert_eq!(
            waiting.hurry(|held| held.parts == 1).iter().map(|held| held.parts).collect::<Vec<_>>(),
            [1, 1]
        );
        assert_eq!((waiting.len(), waiting.bytes(), waiting.next()), (2, 20, Some(10)));
        assert_eq!(waiting.hurry(|_| true).iter().map(|held| held.parts).collect::<Vec<_>>(), [2, 3]);
        assert_eq!((waiting.bytes(), waiting.next()), (0, None));
    }
}
