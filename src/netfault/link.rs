//! One direction of a fault: from a packet's arrival to its departure. Pure: the time comes from outside.

use super::fate::fate;
use super::protocol::Count;
use super::spec::Trouble;
use std::collections::HashMap;

/// More than this, in nanoseconds, does not wait for a limited rate: a router's buffer is not endless either.
const LONGEST_WAIT: u64 = 2_000_000_000;
/// So many flows are remembered before those that have nothing under way are forgotten.
const FLOWS: usize = 4_096;

/// A link with trouble.
#[derive(Debug)]
pub(super) struct Link {
    seed: u64,
    trouble: Trouble,
    /// When the wire is free again.
    free: u64,
    /// When the last packet of each flow departs: jitter must not put a stream out of order.
    last: HashMap<u64, u64>,
    pub(super) count: Count,
}

/// What becomes of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Passage {
    /// It departs then; one of its bits is changed if a number is there to choose it.
    Departs { at: u64, corrupted: Option<u64> },
    /// It is lost.
    Lost,
}

impl Link {
    pub(super) fn new(seed: u64, trouble: Trouble) -> Link {
        Link { seed, trouble, free: 0, last: HashMap::new(), count: Count::default() }
    }

    /// A packet of `flow`, `length` bytes long, arrives at `now` (nanoseconds on any clock that only goes forward).
    pub(super) fn pass(&mut self, now: u64, flow: u64, length: u64) -> Passage {
        let fate = fate(self.seed, self.count.seen, &self.trouble);
        self.count.seen += 1;
        if fate.lost {
            self.count.lost += 1;
            self.count.struck += 1;
            return Passage::Lost;
        }
        let Some(sent) = self.transmit(now, length) else {
            self.count.no_room += 1;
            self.count.struck += 1;
            return Passage::Lost;
        };
        self.count.corrupted += u64::from(fate.corrupted.is_some());
        let mut at = sent.saturating_add(fate.delay);
        if fate.overtakes {
            self.count.reordered += 1;
        } else {
            at = self.in_order(now, flow, at);
        }
        // Where nothing is delayed, nothing can be before others.
        let overtakes = fate.overtakes && (self.trouble.delay > 0 || self.trouble.jitter > 0);
        self.count.struck += u64::from(at > now || overtakes || fate.corrupted.is_some());
        Passage::Departs { at, corrupted: fate.corrupted }
    }

    /// When its last byte is on the wire; `None`: too much waits already.
    fn transmit(&mut self, now: u64, length: u64) -> Option<u64> {
        if self.trouble.rate == 0 {
            return Some(now);
        }
        let begins = self.free.max(now);
        if begins - now > LONGEST_WAIT {
            return None;
        }
        let takes = u128::from(length) * 1_000_000_000 / u128::from(self.trouble.rate);
        self.free = begins.saturating_add(u64::try_from(takes).unwrap_or(u64::MAX));
        Some(self.free)
    }

    fn in_order(&mut self, now: u64, flow: u64, at: u64) -> u64 {
        if self.trouble.jitter == 0 {
            return at;
        }
        if self.last.len() >= FLOWS {
            self.last.retain(|_, departs| *departs > now);
        }
        let last = self.last.entry(flow).or_insert(0);
        *last = (*last).max(at);
        *last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    fn departs(passage: Passage) -> u64 {
        match passage {
            Passage::Departs { at, .. } => at,
            Passage::Lost => panic!("it is lost"),
        }
    }

    #[test]
    fn a_delay_is_added_to_each() {
        let mut link = Link::new(1, Trouble { delay: 100 * MS, ..Trouble::default() });
        for now in [0, 5, 5, 90 * MS] {
            assert_eq!(departs(link.pass(now, 1, 60)), now + 100 * MS);
        }
        assert_eq!(link.count, Count { seen: 4, struck: 4, ..Count::default() });
    }

    #[test]
    fn what_nothing_was_done_to_is_seen_and_not_struck() {
        let struck = |trouble: Trouble| {
            let mut link = Link::new(1, trouble);
            (0..1_000).for_each(|now| {
                let _ = link.pass(now * MS, 1, 60);
            });
            (link.count.seen, link.count.struck)
        };
        assert_eq!(struck(Trouble::default()), (1_000, 0));
        assert_eq!(struck(Trouble { reorder: 1.0, ..Trouble::default() }), (1_000, 0), "overtakes nobody");
        for (trouble, most) in [
            (Trouble { loss: 0.1, ..Trouble::default() }, 200),
            (Trouble { corrupt: 0.1, ..Trouble::default() }, 200),
            (Trouble { loss: 0.1, corrupt: 0.1, ..Trouble::default() }, 300),
            (Trouble { delay: 5, reorder: 0.5, ..Trouble::default() }, 1_000),
            (Trouble { rate: 1_000_000_000, ..Trouble::default() }, 1_000),
        ] {
            let (seen, number) = struck(trouble);
            assert!(seen == 1_000 && number > 0 && number <= most, "{trouble:?}: {number}");
        }
    }

    #[test]
    fn jitter_keeps_each_flow_in_order_and_lets_others_pass() {
        let mut link = Link::new(1, Trouble { delay: 5 * MS, jitter: 20 * MS, ..Trouble::default() });
        let mut last = [0; 2];
        let mut passed = false;
        for now in 0..1_000 {
            let flow = (now % 2) as usize;
            let at = departs(link.pass(now * MS / 10, flow as u64, 60));
            assert!(at >= last[flow], "out of order");
            passed |= at < last[1 - flow];
            last[flow] = at;
        }
        assert!(passed, "one flow waited for the other");
    }

    #[test]
    fn flows_with_nothing_under_way_are_forgotten() {
        let mut link = Link::new(1, Trouble { jitter: 10, ..Trouble::default() });
        for flow in 0..10 * FLOWS as u64 {
            link.pass(flow * 100, flow, 60);
        }
        assert!(link.last.len() <= FLOWS);
    }

    #[test]
    fn a_rate_spaces_packets_and_refuses_what_waits_too_long() {
        // 1,000 bytes at 100 kB/s take 10 ms each.
        let mut link = Link::new(1, Trouble { rate: 100_000, delay: MS, ..Trouble::default() });
        let at: Vec<u64> = (0..3).map(|_| departs(link.pass(0, 1, 1_000))).collect();
        assert_eq!(at, [11 * MS, 21 * MS, 31 * MS]);
        assert_eq!(departs(link.pass(500 * MS, 1, 1_000)), 511 * MS, "an idle wire saves nothing up");
        let lost = (0..1_000).filter(|_| link.pass(500 * MS, 1, 1_000) == Passage::Lost).count() as u64;
        // 2 s hold 200 packets; the one on the wire and the one that just fits come on top.
        assert_eq!((lost, link.count.no_room), (1_000 - 200, 800));
    }

    #[test]
    fn who_overtakes_departs_at_once() {
        let mut link = Link::new(1, Trouble { delay: 100 * MS, reorder: 0.25, ..Trouble::default() });
        let at: Vec<u64> = (0..1_000).map(|now| departs(link.pass(now, 1, 60)) - now).collect();
        assert!(at.iter().all(|late| [0, 100 * MS].contains(late)));
        assert_eq!(at.iter().filter(|late| **late == 0).count() as u64, link.count.reordered);
        assert!((180..320).contains(&link.count.reordered), "{}", link.count.reordered);
    }

    #[test]
    fn a_replay_is_the_same_to_the_nanosecond() {
        let trouble =
            Trouble { delay: MS, jitter: MS, loss: 0.1, corrupt: 0.1, reorder: 0.1, rate: 1_000_000 };
        let run = || {
            let mut link = Link::new(42, trouble);
            (0..5_000_u64).map(|n| link.pass(n * 100_000, n % 7, 40 + n % 1_400)).collect::<Vec<_>>()
        };
        assert_eq!(run(), run());
    }
}
