//! Toxics one after the other, and what changing them does to bytes that are under way.

use super::*;
use crate::proxy::item::Chunk;
use crate::proxy::toxic::Toxic;
use proptest::prelude::*;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

pub(super) fn placed(id: u64, version: u64, kind: &str, values: &[i64], toxicity: f32) -> Arc<Placed> {
    let mut toxic = Toxic::new(kind, Stream::Downstream).expect(kind);
    (toxic.values, toxic.toxicity) = (values.to_vec(), toxicity);
    toxic.name = format!("toxic-{id}");
    Arc::new(Placed {
        id,
        version,
        toxic,
        expires: None,
        met: Arc::new(AtomicU64::new(0)),
        counted: Arc::default(),
    })
}

pub(super) fn chain(connection: u64) -> Chain {
    Chain::new(Place { seed: 7, proxy: "p".into(), connection, stream: Stream::Downstream })
}

fn data(text: &str, now: Instant) -> Item {
    Item::Data(Chunk { bytes: text.to_owned().into(), since: now })
}

/// What comes out by now.
fn written(chain: &mut Chain, now: Instant) -> String {
    let mut out = String::new();
    loop {
        chain.pump(now);
        match chain.front() {
            Some(Item::Data(chunk)) => out.push_str(&String::from_utf8_lossy(&chunk.bytes)),
            Some(Item::End(end)) => out.push_str(&format!("<{end:?}>")),
            None => return out,
        }
        chain.pop();
    }
}

#[test]
fn without_toxics_it_is_transparent() {
    let (mut chain, now) = (chain(0), Instant::now());
    chain.sync(&[], now, true);
    assert!(chain.is_transparent() && chain.wants_input(now));
    chain.sync(&[placed(0, 0, "latency", &[10, 0], 0.0)], now, false);
    assert!(chain.is_transparent(), "a toxic that does not strike costs nothing");
    chain.sync(&[placed(1, 0, "latency", &[10, 0], 1.0)], now, false);
    assert!(!chain.is_transparent());
}

#[test]
fn a_toxic_that_is_removed_lets_go_of_everything_at_once() {
    let (mut chain, now) = (chain(0), Instant::now());
    let toxics = [
        placed(0, 0, "latency", &[60_000, 0], 1.0),
        placed(1, 0, "bandwidth", &[0], 1.0),
        placed(2, 0, "latency", &[0, 0], 1.0),
    ];
    chain.sync(&toxics, now, true);
    for text in ["a", "b", "c", "d"] {
        chain.feed(data(text, now));
    }
    assert_eq!(written(&mut chain, now), "");
    chain.sync(&toxics[1..], now, false);
    assert_eq!(written(&mut chain, now), "", "the next one stalls them");
    chain.sync(&toxics[2..], now, false);
    assert_eq!(written(&mut chain, now), "abcd");
    chain.sync(&[], now, false);
    assert!(chain.is_transparent());
}

#[test]
fn removing_a_timeout_closes() {
    let (mut chain, now) = (chain(0), Instant::now());
    chain.sync(&[placed(0, 0, "timeout", &[0], 1.0)], now, true);
    chain.feed(data("a", now));
    assert_eq!(written(&mut chain, now), "");
    chain.sync(&[], now, false);
    assert_eq!(written(&mut chain, now), "<Close>");
}

#[test]
fn an_update_holds_for_what_comes_after_it() {
    let (mut chain, now) = (chain(0), Instant::now());
    chain.sync(&[placed(0, 0, "latency", &[100, 0], 1.0)], now, true);
    chain.feed(data("a", now));
    chain.pump(now);
    chain.sync(&[placed(0, 1, "latency", &[300, 0], 1.0)], now, false);
    chain.feed(data("b", now));
    let at = |ms| now + Duration::from_millis(ms);
    assert_eq!(written(&mut chain, at(100)), "a");
    assert_eq!(written(&mut chain, at(299)), "");
    assert_eq!(written(&mut chain, at(300)), "b");
    // Toxicity down to nothing: what is held goes on.
    chain.feed(data("c", at(300)));
    chain.pump(at(300));
    chain.sync(&[placed(0, 2, "latency", &[300, 0], 0.0)], at(300), false);
    assert_eq!(written(&mut chain, at(300)), "c");
}

#[test]
fn the_end_comes_after_the_data_that_was_before_it() {
    let (mut chain, now) = (chain(0), Instant::now());
    chain.sync(&[placed(0, 0, "limit_data", &[3], 1.0), placed(1, 0, "latency", &[100, 0], 1.0)], now, true);
    chain.feed(data("abcdef", now));
    assert_eq!(written(&mut chain, now), "");
    assert_eq!(written(&mut chain, now + Duration::from_millis(100)), "abc<Close>");
}

#[test]
fn toxicity_strikes_the_same_connections_each_time() {
    let struck = |toxicity| -> Vec<u64> {
        let toxics = [placed(0, 0, "timeout", &[0], toxicity)];
        (0..200)
            .filter(|connection| {
                let mut chain = chain(*connection);
                chain.sync(&toxics, Instant::now(), true);
                !chain.is_transparent()
            })
            .collect()
    };
    let (few, many) = (struck(0.3), struck(0.6));
    assert_eq!(few, struck(0.3));
    assert!((30..90).contains(&few.len()) && (80..160).contains(&many.len()));
    assert!(few.iter().all(|connection| many.contains(connection)), "more toxicity strikes more, not others");
}

#[test]
fn what_a_toxic_struck_is_counted_by_connection() {
    let toxic = placed(0, 0, "latency", &[10, 0], 0.5);
    let now = Instant::now();
    for connection in 0..100 {
        let mut chain = chain(connection);
        chain.sync(&[Arc::clone(&toxic)], now, true);
        // Every other connection says nothing.
        if connection % 2 == 0 {
            chain.feed(data("abc", now));
            chain.feed(data("de", now));
        }
        written(&mut chain, now + Duration::from_millis(10));
    }
    let tally = toxic.counted.tally();
    assert_eq!((tally.seen, tally.bytes), (100, tally.struck * 5));
    assert!((10..40).contains(&tally.struck), "half of those that spoke: {tally:?}");
}

/// What may happen to a chain of toxics that change no byte.
#[derive(Clone, Debug)]
enum Step {
    Feed(Vec<u8>),
    Add(usize, Vec<i64>),
    Update(usize, Vec<i64>),
    Remove(usize),
    Pass(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let values = || prop::collection::vec(0_i64..40, 3);
    prop_oneof![
        4 => prop::collection::vec(any::<u8>(), 1..300).prop_map(Step::Feed),
        1 => (0_usize..5, values()).prop_map(|(kind, values)| Step::Add(kind, values)),
        1 => (0_usize..8, values()).prop_map(|(place, values)| Step::Update(place, values)),
        1 => (0_usize..8).prop_map(Step::Remove),
        3 => (0_u64..50).prop_map(Step::Pass),
    ]
}

proptest! {
    /// No byte is lost, changed or moved where no toxic says so, whatever is added, changed and removed meanwhile.
    #[test]
    fn bytes_come_through_whole(steps in prop::collection::vec(step(), 1..60)) {
        let (mut chain, mut now) = (chain(3), Instant::now());
        let (mut toxics, mut next_id): (Vec<Arc<Placed>>, u64) = (Vec::new(), 0);
        let (mut fed, mut out) = (Vec::new(), Vec::new());
        for step in steps {
            match step {
                Step::Feed(bytes) => if chain.wants_input(now) {
                    fed.extend_from_slice(&bytes);
                    chain.feed(Item::Data(Chunk { bytes: bytes.into(), since: now }));
                },
                Step::Add(kind, values) => {
                    let kind = ["latency", "bandwidth", "slicer", "slow_close", "noop"][kind];
                    toxics.push(placed(next_id, 0, kind, &values, 0.7));
                    next_id += 1;
                }
                Step::Update(place, values) => if let Some(old) = toxics.get(place).cloned() {
                    toxics[place] = placed(old.id, old.version + 1, old.toxic.kind.name, &values, 0.7);
                },
                Step::Remove(place) => if place < toxics.len() { toxics.remove(place); },
                Step::Pass(ms) => now += Duration::from_millis(ms),
            }
            chain.sync(&toxics, now, false);
            chain.pump(now);
            while let Some(Item::Data(chunk)) = chain.front() {
                out.extend_from_slice(&chunk.bytes);
                chain.pop();
                chain.pump(now);
            }
        }
        chain.sync(&[], now, false);
        chain.pump(now);
        while let Some(Item::Data(chunk)) = chain.front() {
            out.extend_from_slice(&chunk.bytes);
            chain.pop();
        }
        prop_assert_eq!(out, fed);
    }
}
