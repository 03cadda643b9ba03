//! Every pair of toxics in both orders, against a model of the chain: each toxic is a function from what reaches it, and when,
//! to what leaves it, and when; a chain is one function after the other. Time is an argument: nothing waits.

use super::tests::{chain, placed};
use super::*;
use crate::proxy::item::Chunk;
use proptest::prelude::*;
use std::time::Duration;

/// Nanoseconds since the connection was opened.
type At = u64;
const MS: u64 = 1_000_000;

/// What passes a point of the chain.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Passes {
    /// So many bytes.
    Data(u64),
    End(End),
}

/// A toxic with its attributes, in milliseconds, bytes, and bytes per millisecond.
#[derive(Clone, Copy, Debug)]
struct Toxic {
    kind: &'static str,
    values: [i64; 3],
}

impl Toxic {
    fn value(&self, place: usize) -> u64 {
        self.values[place].unsigned_abs()
    }

    /// A time in milliseconds.
    fn time(&self, place: usize) -> At {
        self.value(place) * MS
    }

    /// As the proxy takes them: the delay of a slicer is in microseconds.
    fn attributes(&self) -> Vec<i64> {
        let [first, second, third] = self.values;
        if self.kind == "slicer" { vec![first, second, third * 1_000] } else { vec![first, second, third] }
    }

    /// What leaves it, by what reaches it.
    fn model(&self, came: &[(At, Passes)]) -> Vec<(At, Passes)> {
        let mut left = match self.kind {
            "noop" => came.to_vec(),
            "latency" => self.latency(came),
            "bandwidth" => self.bandwidth(came),
            "slicer" => self.slicer(came),
            "slow_close" => came.iter().map(|(at, what)| (at + self.slow_close(*what), *what)).collect(),
            "limit_data" => self.limit_data(came),
            "timeout" => self.timeout(came),
            "reset_peer" => {
                came.iter().take(1).map(|(at, _)| (at + self.time(0), Passes::End(End::Reset))).collect()
            }
            "fail_first" => vec![(0, Passes::End(End::Reset))],
            other => panic!("no model of {other}"),
        };
        // Nothing follows an end.
        if let Some(end) = left.iter().position(|(_, what)| matches!(what, Passes::End(_))) {
            left.truncate(end + 1);
        }
        left
    }

    fn latency(&self, came: &[(At, Passes)]) -> Vec<(At, Passes)> {
        let mut last = 0;
        let leave = |(at, what): &(At, Passes)| {
            let own = if matches!(what, Passes::Data(_)) { self.time(0) } else { 0 };
            last = (at + own).max(last);
            (last, *what)
        };
        came.iter().map(leave).collect()
    }

    fn bandwidth(&self, came: &[(At, Passes)]) -> Vec<(At, Passes)> {
        let (mut free, mut left) = (0, Vec::new());
        for (at, what) in came {
            free = free.max(*at);
            let Passes::Data(mut length) = *what else {
                left.push((free, *what));
                continue;
            };
            while length > 0 {
                let piece = length.min(self.value(0) * 100);
                free += piece * MS / self.value(0);
                left.push((free, Passes::Data(piece)));
                length -= piece;
            }
        }
        left
    }

    fn slicer(&self, came: &[(At, Passes)]) -> Vec<(At, Passes)> {
        let (mut next, mut left) = (0, Vec::new());
        for (at, what) in came {
            next = next.max(*at);
            let Passes::Data(length) = *what else {
                left.push((next, *what));
                continue;
            };
            for piece in halves(length, self.value(0)) {
                left.push((next, Passes::Data(piece)));
                next += self.time(2);
            }
        }
        left
    }

    fn slow_close(&self, what: Passes) -> At {
        if matches!(what, Passes::End(_)) { self.time(0) } else { 0 }
    }

    fn limit_data(&self, came: &[(At, Passes)]) -> Vec<(At, Passes)> {
        let (mut room, mut left) = (self.value(0), Vec::new());
        for (at, what) in came {
            let Passes::Data(length) = *what else {
                left.push((*at, *what));
                continue;
            };
            left.extend((room > 0).then(|| (*at, Passes::Data(length.min(room)))));
            room = room.saturating_sub(length);
            if room == 0 {
                left.push((*at, Passes::End(End::Close)));
                break;
            }
        }
        left
    }

    fn timeout(&self, came: &[(At, Passes)]) -> Vec<(At, Passes)> {
        let mut since = 0;
        for (at, what) in came {
            match what {
                _ if *at > since + self.time(0) => break,
                Passes::Data(_) => since = *at,
                Passes::End(_) => return vec![(*at, *what)],
            }
        }
        vec![(since + self.time(0), Passes::End(End::Close))]
    }
}

/// The pieces of a slicer without variation.
fn halves(length: u64, most: u64) -> Vec<u64> {
    if length <= most {
        return vec![length];
    }
    [halves(length / 2, most), halves(length - length / 2, most)].concat()
}

/// What leaves the real chain.
fn real(toxics: &[Toxic], came: &[(At, Passes)]) -> Vec<(At, Passes)> {
    let (mut chain, began) = (chain(0), Instant::now());
    let placed: Vec<_> = (0..)
        .zip(toxics)
        .map(|(id, toxic)| {
            let values = toxic.attributes();
            let number = super::super::toxics::Kind::named(toxic.kind).expect("a kind").attributes.len();
            placed(id, 0, toxic.kind, &values[..number], 1.0)
        })
        .collect();
    chain.sync(&placed, began, true);
    let (mut now, mut left, mut came) = (began, Vec::new(), came.iter().peekable());
    let at = |nanos: At| began + Duration::from_nanos(nanos);
    for _ in 0..100_000 {
        while chain.wants_input(now)
            && let Some((_, what)) = came.next_if(|(when, _)| at(*when) <= now)
        {
            chain.feed(match what {
                Passes::Data(length) => {
                    Item::Data(Chunk { bytes: vec![b'x'; *length as usize].into(), since: now })
                }
                Passes::End(end) => Item::End(*end),
            });
            chain.pump(now);
        }
        let mut wake = chain.pump(now);
        while let Some(item) = chain.front() {
            let since = u64::try_from((now - began).as_nanos()).expect("nanoseconds");
            let what = match item {
                Item::Data(chunk) => Passes::Data(chunk.bytes.len() as u64),
                Item::End(end) => Passes::End(*end),
            };
            left.push((since, what));
            if matches!(what, Passes::End(_)) {
                return left;
            }
            chain.pop();
            wake = chain.pump(now);
        }
        let next = came.peek().map(|(when, _)| at(*when)).filter(|when| *when > now);
        now = match (wake, next) {
            (Some(wake), Some(next)) => wake.min(next),
            (Some(only), None) | (None, Some(only)) => only,
            (None, None) => return left,
        };
    }
    panic!("it never ends: {toxics:?}");
}

fn toxic(kind: &'static str, [length, size, pause]: [i64; 3]) -> Toxic {
    let values = match kind {
        "latency" => [length, 0, 0],
        "bandwidth" => [1 + size % 8, 0, 0],
        "slicer" => [size, 0, pause],
        "limit_data" => [size * 3, 0, 0],
        // Longer than whatever comes before it takes for one chunk: which of two comes first is never left to chance.
        "timeout" => [length + 1_000, 0, 0],
        "fail_first" => [1, 0, 0],
        _ => [length, 0, 0],
    };
    Toxic { kind, values }
}

const KINDS: [&str; 9] = [
    "noop",
    "latency",
    "bandwidth",
    "slicer",
    "slow_close",
    "limit_data",
    "timeout",
    "reset_peer",
    "fail_first",
];

#[test]
fn two_latencies_in_a_row_add_up() {
    let hundred = toxic("latency", [100, 0, 0]);
    let at = |ms: u64| [(ms * MS, Passes::Data(3))];
    assert_eq!(real(&[hundred], &at(5)), at(105));
    assert_eq!(real(&[hundred, hundred], &at(5)), at(205));
    assert_eq!(real(&[hundred; 4], &at(5)), at(405));
}

#[test]
fn every_kind_has_a_model() {
    let all: std::collections::BTreeSet<_> =
        super::super::toxics::KINDS.iter().map(|kind| kind.name).collect();
    assert_eq!(all, KINDS.into_iter().collect());
}

/// All pieces of the same size: the model does not know that the second toxic, where it takes longer for a piece, holds up the slicer,
/// whose pieces must then still be a pause apart.
fn even_out(pair: &mut [Toxic], came: &mut [(At, Passes)]) {
    for toxic in pair {
        toxic.values[0] = 1 << toxic.values[0].ilog2();
    }
    for (_, what) in came {
        if let Passes::Data(size) = what {
            *size = size.next_power_of_two();
        }
    }
}

fn values() -> impl Strategy<Value = [i64; 3]> {
    // Times of 1 to 300 ms, sizes of 4 to 40 bytes, pauses of 0 to 5 ms.
    (1_i64..=300, 4_i64..=40, 0_i64..=5).prop_map(|(length, size, pause)| [length, size, pause])
}

proptest! {
    /// Chunks so far apart that each has passed before the next one comes.
    #[test]
    fn a_pair_does_what_the_one_and_then_the_other_does(
        first in values(),
        second in values(),
        sizes in prop::collection::vec(1_u64..400, 1..3),
        ends in any::<bool>(),
    ) {
        let mut came: Vec<_> = (0..).zip(&sizes).map(|(n, size)| ((7 + n * 20_000) * MS, Passes::Data(*size))).collect();
        if ends {
            came.push(((7 + sizes.len() as u64 * 20_000) * MS, Passes::End(End::HalfClose)));
        }
        for one in KINDS {
            for other in KINDS {
                let mut pair = [toxic(one, first), toxic(other, second)];
                let mut came = came.clone();
                if one == "slicer" && ["slicer", "bandwidth"].contains(&other) {
                    even_out(&mut pair, &mut came);
                }
                let modelled = pair[1].model(&pair[0].model(&came));
                prop_assert_eq!(real(&pair, &came), modelled, "{:?} {:?}", pair, came);
            }
        }
    }
}
