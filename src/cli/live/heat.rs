//! The last minute as a strip: a cell per second, the darker the slower, and below it when faults struck and healed.

use super::state::{Mark, Second};
use crate::stats::Quantile;
use std::collections::BTreeMap;

/// From at most 1 ms to more than 3 s, three steps to a power of ten or so.
const LEVELS: [(char, u64); 7] = [
    ('▁', 1_000_000),
    ('▂', 5_000_000),
    ('▃', 20_000_000),
    ('▄', 100_000_000),
    ('▅', 300_000_000),
    ('▆', 1_000_000_000),
    ('▇', 3_000_000_000),
];
const SLOWEST: char = '█';
const NO_REPLY: char = '×';

/// What the cells mean, in as few words as fit beside them.
pub(super) const LEGEND: &str = "p99: ▁ 1ms ▄ 100ms ▇ 3s × no reply; fault ┏ in force ┛ healed";

/// The strip of the seconds up to `last`, `width` cells wide.
pub(super) fn strip(seconds: &BTreeMap<i64, Second>, last: i64, width: usize) -> String {
    window(last, width).map(|second| seconds.get(&second).map_or(' ', cell)).collect()
}

fn cell(second: &Second) -> char {
    match second.latencies.quantile(0.99) {
        Quantile::Empty => ' ',
        Quantile::NoGoodReply => NO_REPLY,
        Quantile::Value(nanos) => {
            LEVELS.iter().find(|(_, most)| nanos <= *most).map_or(SLOWEST, |(level, _)| *level)
        }
    }
}

/// The marks of the same seconds: a line while any fault is in force. Nothing if there is nothing to mark.
pub(super) fn marks(marks: &[(i64, Mark)], last: i64, width: usize) -> Option<String> {
    let first = window(last, width).next()?;
    let mut active: i32 =
        marks.iter().take_while(|(second, _)| *second < first).map(|(_, mark)| mark.change()).sum();
    let mut line = String::with_capacity(width);
    for second in window(last, width) {
        let here: Vec<Mark> = marks.iter().filter(|(at, _)| *at == second).map(|(_, mark)| *mark).collect();
        active += here.iter().map(|mark| mark.change()).sum::<i32>();
        line.push(match (here.as_slice(), active > 0) {
            ([], false) => ' ',
            ([], true) => '━',
            ([.., Mark::Applied], _) => '┏',
            ([.., Mark::Healed], true) => '━',
            ([.., Mark::Healed], false) => '┛',
        });
    }
    (!line.trim().is_empty()).then_some(line)
}

fn window(last: i64, width: usize) -> std::ops::RangeInclusive<i64> {
    last - width as i64 + 1..=last
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Bucket;

    fn second(millis: u64, bad: u64) -> Second {
        let mut second = Second::default();
        second.latencies.add(Bucket::of(millis * 1_000), true, 100);
        second.latencies.add(Bucket::of(0), false, bad);
        second
    }

    #[test]
    fn slower_is_darker_and_no_reply_is_neither() {
        let seconds = BTreeMap::from([
            (10, second(0, 0)),
            (11, second(4, 0)),
            (13, second(250, 0)),
            (14, second(9_000, 0)),
            (15, second(1, 5)),
        ]);
        assert_eq!(strip(&seconds, 15, 7), " ▁▂ ▅█×");
        assert_eq!(strip(&seconds, 15, 2), "█×");
    }

    #[test]
    fn faults_are_marked_from_in_force_to_healed() {
        let faults = [(3, Mark::Applied), (6, Mark::Applied), (7, Mark::Healed), (9, Mark::Healed)];
        assert_eq!(marks(&faults, 10, 10).as_deref(), Some("  ┏━━┏━━┛ "));
        assert_eq!(marks(&faults, 10, 6).as_deref(), Some("━┏━━┛ "), "it began before the strip does");
        assert_eq!(marks(&faults, 20, 5), None);
        assert_eq!(marks(&[(5, Mark::Applied), (5, Mark::Healed)], 5, 2).as_deref(), Some(" ┛"));
    }
}
