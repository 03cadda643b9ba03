//! What each kind of toxic does to what flows through it, in told time.

use super::{Kind, Pulled, Seat, Stage};
use crate::proxy::dice::Dice;
use crate::proxy::item::{Chunk, End, Item};
use std::time::Duration;
use tokio::time::Instant;

const MS: Duration = Duration::from_millis(1);

/// One stage, and a clock of its own.
struct Bench {
    stage: Box<dyn Stage>,
    began: Instant,
}

impl Bench {
    fn of(kind: &str, values: &[i64]) -> Bench {
        Bench::nth(kind, values, Some(0))
    }

    fn nth(kind: &str, values: &[i64], nth: Option<u64>) -> Bench {
        let now = Instant::now();
        let seat = Seat { values, dice: Dice::of(7, &["test"], 0), nth, now };
        Bench { stage: (Kind::named(kind).expect(kind).stage)(seat), began: now }
    }

    fn at(&self, ms: u64) -> Instant {
        self.began + MS * u32::try_from(ms).expect("a short time")
    }

    fn push(&mut self, text: &str, ms: u64) {
        let now = self.at(ms);
        assert!(self.stage.has_room(now), "no room at {ms} ms");
        let bytes = text.to_owned().into();
        self.stage.push(Item::Data(Chunk { bytes, since: now }), now);
    }

    fn end(&mut self, ms: u64) {
        self.stage.push(Item::End(End::HalfClose), self.at(ms));
    }

    /// Everything that comes out, as `(ms, text)`, until nothing more comes by itself.
    fn drain(&mut self, from_ms: u64) -> Vec<(u64, String)> {
        let (mut now, mut out) = (self.at(from_ms), Vec::new());
        for _ in 0..100_000 {
            match self.stage.pull(now) {
                Pulled::Item(item) => {
                    let text = match item {
                        Item::Data(chunk) => String::from_utf8_lossy(&chunk.bytes).into_owned(),
                        Item::End(end) => format!("{end:?}"),
                    };
                    out.push((u64::try_from((now - self.began).as_millis()).expect("ms"), text));
                }
                Pulled::Wait(Some(at)) => {
                    assert!(at > now, "a wait that is over");
                    now = at;
                }
                Pulled::Wait(None) => return out,
            }
        }
        panic!("it never ends: {} items", out.len());
    }
}

fn told(out: &[(u64, String)]) -> Vec<(u64, &str)> {
    out.iter().map(|(ms, text)| (*ms, text.as_str())).collect()
}

#[test]
fn noop_changes_nothing() {
    let mut bench = Bench::of("noop", &[]);
    bench.push("a", 3);
    assert_eq!(told(&bench.drain(3)), [(3, "a")]);
    bench.end(4);
    assert_eq!(told(&bench.drain(4)), [(4, "HalfClose")]);
}

#[test]
fn latency_counts_from_the_reading_and_keeps_the_order() {
    let mut bench = Bench::of("latency", &[100, 0]);
    bench.push("a", 0);
    bench.push("b", 30);
    bench.end(30);
    assert_eq!(told(&bench.drain(50)), [(100, "a"), (130, "b"), (130, "HalfClose")]);
}

#[test]
fn jitter_is_even_and_never_overtakes() {
    let mut bench = Bench::of("latency", &[100, 50]);
    let mut delays = Vec::new();
    for i in 0..1_000 {
        // Far enough apart that none waits for the one before it.
        bench.push("x", i * 1_000);
        delays.push(bench.drain(i * 1_000)[0].0 - i * 1_000);
    }
    assert!(delays.iter().all(|delay| (50..150).contains(delay)), "{delays:?}");
    let mean = delays.iter().sum::<u64>() as f64 / 1_000.0;
    assert!((mean - 99.5).abs() < 4.0, "mean {mean}");
    for i in 0..100 {
        bench.push(&format!("{i:02}"), 2_000_000);
    }
    let out: Vec<String> = bench.drain(2_000_000).into_iter().map(|(_, text)| text).collect();
    assert_eq!(out, (0..100).map(|i| format!("{i:02}")).collect::<Vec<_>>());
}

#[test]
fn latency_holds_a_bounded_amount() {
    let mut bench = Bench::of("latency", &[100, 0]);
    let piece = "x".repeat(32 * 1024);
    let mut pushed = 0;
    while bench.stage.has_room(bench.began) {
        bench.push(&piece, 0);
        pushed += 1;
    }
    assert_eq!(pushed * piece.len(), crate::proxy::limits::HELD.1);
    assert_eq!(bench.drain(0).len(), pushed);
    assert!(bench.stage.has_room(bench.began));
}

#[test]
fn bandwidth_keeps_the_rate_in_pieces_of_100_ms() {
    // 2 kB/s: 500 bytes take 250 ms, 200 bytes at a time.
    let mut bench = Bench::of("bandwidth", &[2]);
    bench.push(&"x".repeat(500), 0);
    let out: Vec<(u64, usize)> = bench.drain(0).into_iter().map(|(ms, text)| (ms, text.len())).collect();
    assert_eq!(out, [(100, 200), (200, 200), (250, 100)]);
    // A timer that was 5 ms late is made good by the next piece.
    bench.push(&"x".repeat(20), 1_000);
    assert_eq!(bench.drain(1_015)[0].0, 1_015);
    bench.push(&"x".repeat(20), 1_015);
    assert_eq!(bench.drain(1_015)[0].0, 1_020);
}

#[test]
fn no_bandwidth_stalls_until_there_is_some() {
    let mut bench = Bench::of("bandwidth", &[0]);
    bench.push("abc", 0);
    assert_eq!(bench.drain(0), []);
    bench.stage.update(&[1_000]);
    assert_eq!(bench.drain(500).len(), 1);
}

#[test]
fn slow_close_delays_the_end_alone() {
    let mut bench = Bench::of("slow_close", &[200]);
    bench.push("a", 0);
    assert_eq!(told(&bench.drain(0)), [(0, "a")]);
    bench.end(10);
    assert_eq!(told(&bench.drain(10)), [(210, "HalfClose")]);
}

#[test]
fn timeout_drops_and_closes() {
    let mut bench = Bench::of("timeout", &[300]);
    bench.push("a", 100);
    assert_eq!(told(&bench.drain(100)), [(400, "Close")]);
    let mut never = Bench::of("timeout", &[0]);
    never.push("a", 100);
    assert_eq!(never.drain(100), []);
    never.end(200);
    assert_eq!(told(&never.drain(200)), [(200, "HalfClose")]);
}

#[test]
fn reset_peer_waits_for_the_first_data() {
    let mut bench = Bench::of("reset_peer", &[50]);
    assert_eq!(bench.drain(0), []);
    bench.push("a", 100);
    assert!(!bench.stage.has_room(bench.at(100)));
    assert_eq!(told(&bench.drain(100)), [(150, "Reset")]);
    let mut removed = Bench::of("reset_peer", &[50]);
    removed.push("a", 100);
    assert_eq!(removed.stage.rest().len(), 1, "taken off in time, it loses nothing");
}

#[test]
fn slicer_cuts_and_loses_nothing() {
    let text: String = (0..10_000).map(|i| char::from(b'a' + (i % 26) as u8)).collect();
    for values in [[100, 20, 1_000], [100, 0, 1_000], [1, 0, 0], [0, 0, 0], [10, 1_000, 0], [-5, -5, -5]] {
        let mut bench = Bench::of("slicer", &values);
        bench.push(&text, 0);
        let out = bench.drain(0);
        let whole: String = out.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(whole, text, "{values:?}");
        let most = (values[0].max(0) + values[1].max(0)).max(1) as usize;
        assert!(out.iter().all(|(_, piece)| piece.len() <= most), "{values:?}");
    }
    let mut bench = Bench::of("slicer", &[100, 20, 1_000]);
    bench.push(&text[..1_000], 0);
    let times: Vec<u64> = bench.drain(0).iter().map(|(ms, _)| *ms).collect();
    assert_eq!(times, (0..times.len() as u64).collect::<Vec<_>>(), "1,000 µs apart");
}

#[test]
fn limit_data_closes_at_the_byte() {
    let mut bench = Bench::of("limit_data", &[5]);
    bench.push("abc", 0);
    assert_eq!(told(&bench.drain(0)), [(0, "abc")]);
    bench.push("def", 1);
    assert_eq!(told(&bench.drain(1)), [(1, "de"), (1, "Close")]);
    assert!(!bench.stage.has_room(bench.at(2)));
    let mut none = Bench::of("limit_data", &[0]);
    none.push("a", 0);
    assert_eq!(told(&none.drain(0)), [(0, "Close")]);
}

#[test]
fn fail_first_knows_who_was_first() {
    for (nth, fails) in [(Some(0), true), (Some(1), true), (Some(2), false), (None, false)] {
        let mut bench = Bench::nth("fail_first", &[2], nth);
        assert_eq!(told(&bench.drain(0)) == [(0, "Reset")], fails, "{nth:?}");
    }
}

#[test]
fn senseless_values_harm_nobody() {
    for kind in super::KINDS {
        for value in [i64::MIN, -1, 0, 1, i64::MAX] {
            let mut bench = Bench::of(kind.name, &vec![value; kind.attributes.len()]);
            if bench.stage.has_room(bench.began) {
                bench.push("some bytes", 0);
            }
            let _ = bench.stage.pull(bench.at(1));
            bench.stage.update(&[]);
            let _ = bench.stage.pull(bench.at(2));
            bench.stage.rest();
        }
    }
}

#[test]
fn a_toxic_has_struck_once_it_has_done_something() {
    let struck = |kind: &str, values: &[i64], text: &str, end: bool| {
        let mut bench = Bench::of(kind, values);
        if bench.stage.has_room(bench.began) && !text.is_empty() {
            bench.push(text, 0);
        }
        bench.drain(0);
        if end && bench.stage.has_room(bench.began) {
            bench.end(1);
            bench.drain(1);
        }
        bench.stage.has_struck()
    };
    for (kind, values, text, end, expected) in [
        ("noop", &[] as &[i64], "abc", true, false),
        ("latency", &[100, 0], "abc", false, true),
        ("latency", &[0, 0], "abc", false, false),
        ("latency", &[100, 0], "", true, false),
        ("bandwidth", &[1], "abc", false, true),
        ("bandwidth", &[0], "abc", false, true),
        ("bandwidth", &[1], "", true, false),
        ("slicer", &[2, 0, 0], "abc", false, true),
        ("slicer", &[2, 0, 0], "a", false, false),
        ("slow_close", &[100], "abc", false, false),
        ("slow_close", &[100], "abc", true, true),
        ("timeout", &[0], "abc", false, true),
        ("timeout", &[0], "", true, false),
        ("timeout", &[100], "", false, true),
        ("limit_data", &[4], "abc", true, false),
        ("limit_data", &[3], "abc", false, true),
        ("reset_peer", &[0], "", false, false),
        ("reset_peer", &[0], "abc", false, true),
        ("fail_first", &[1], "", false, true),
        ("fail_first", &[0], "abc", false, false),
    ] {
        assert_eq!(struck(kind, values, text, end), expected, "{kind} {values:?} {text:?} {end}");
    }
}
