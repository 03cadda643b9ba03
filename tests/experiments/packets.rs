//! Packet faults are true: a delay adds what it says, loss is what it says, and both come at once.

use crate::network::{MS, Pair, THERE, delay, some_packets};
use shakedown::netfault::{Direction, Order, Part, Selector, Sort, Trouble};
use std::net::UdpSocket;
use std::time::{Duration, Instant};

const PER_SECOND: u32 = 10_000;
const SECONDS: u32 = 5;

/// How long each datagram of a steady stream is on its way, in nanoseconds, in order of arrival; lost ones are missing.
fn on_their_way(pair: &Pair, receiver: &UdpSocket) -> Vec<u64> {
    let receiver = receiver.try_clone().expect("a clone");
    receiver.set_read_timeout(Some(Duration::from_secs(1))).expect("a bound");
    let sender = pair.udp(receiver.local_addr().expect("an address"));
    let begun = Instant::now();
    let receiving = std::thread::spawn(move || {
        let mut took = Vec::new();
        let mut buffer = [0; 64];
        while receiver.recv(&mut buffer).is_ok() {
            let sent = u64::from_be_bytes(buffer[..8].try_into().expect("8 bytes"));
            took.push(begun.elapsed().as_nanos() as u64 - sent);
        }
        took
    });
    for number in 0..PER_SECOND * SECONDS {
        let due = Duration::from_secs(1) * number / PER_SECOND;
        if let Some(early) = due.checked_sub(begun.elapsed()) {
            std::thread::sleep(early);
        }
        let sent = begun.elapsed().as_nanos() as u64;
        sender.send(&sent.to_be_bytes()).expect("it goes out");
    }
    receiving.join().expect("it ends")
}

/// The quantile of each second, and of those the median: a virtual machine that stands still for a moment spoils the second that
/// it stands still in, and no helper can do anything about that.
fn quantile(took: &[u64], share: f64) -> f64 {
    let of_a_second = |second: &[u64]| {
        let mut sorted = second.to_vec();
        sorted.sort_unstable();
        sorted[((sorted.len() - 1) as f64 * share) as usize] as f64 / MS as f64
    };
    let mut seconds: Vec<f64> = took.chunks(PER_SECOND as usize).map(of_a_second).collect();
    println!("p{} of each second, in ms: {seconds:.3?}", share * 100.0);
    seconds.sort_by(f64::total_cmp);
    seconds[seconds.len() / 2]
}

fn only_to(receiver: &UdpSocket) -> Selector {
    Selector { peers: Vec::new(), port: Some(receiver.local_addr().expect("an address").port()) }
}

/// The delay is added where the packets leave, or where they arrive: there the kernel holds them, here the helper does.
fn adds_100_ms(direction: Direction) {
    let Some(pair) = Pair::make() else { return };
    let receiver = pair.there.inside(|| UdpSocket::bind((THERE, 0)).expect("a port"));
    let plain = on_their_way(&pair, &receiver);
    let mut helper = if direction == Direction::Out { pair.helper() } else { pair.there.helper() };
    helper.arm(vec![some_packets("slow", direction, only_to(&receiver), delay(100))]);
    helper.apply("slow");
    let late = on_their_way(&pair, &receiver);
    let answer = helper.heal("slow");
    assert_eq!((answer.overflow.total(), late.len()), (0, (PER_SECOND * SECONDS) as usize));
    for (share, within) in [(0.5, 1.0), (0.99, 3.0)] {
        let (before, after) = (quantile(&plain, share), quantile(&late, share));
        let added = after - before;
        println!("{direction:?} p{}: {added:.3} ms added to {before:.3} ms", share * 100.0);
        assert!((added - 100.0).abs() <= within, "p{}: {added} ms", share * 100.0);
    }
}

#[test]
fn a_delay_of_what_leaves_is_true() {
    adds_100_ms(Direction::Out);
}

#[test]
fn a_delay_of_what_arrives_is_true() {
    adds_100_ms(Direction::In);
}

#[test]
fn one_percent_of_loss_is_one_percent() {
    let Some(pair) = Pair::make() else { return };
    let receiver = pair.there.inside(|| UdpSocket::bind((THERE, 0)).expect("a port"));
    let mut helper = pair.helper();
    let trouble = Trouble { loss: 0.01, ..Trouble::default() };
    helper.arm(vec![some_packets("bad", Direction::Out, only_to(&receiver), trouble)]);
    helper.apply("bad");
    let sent = f64::from(PER_SECOND * SECONDS);
    let lost = sent - on_their_way(&pair, &receiver).len() as f64;
    let answer = helper.heal("bad");
    assert_eq!((answer.overflow.total(), answer.counts["bad"].leaving.lost as f64), (0, lost));
    // The interval in which 99.9 % of all seeds lie.
    let far = 3.29 * (sent * 0.01 * 0.99).sqrt();
    println!("{lost} of {sent} lost");
    assert!((lost - sent * 0.01).abs() <= far, "{lost} of {sent}");
}

#[test]
fn a_fault_on_a_prepared_helper_strikes_within_milliseconds() {
    let Some(pair) = Pair::make() else { return };
    let mut helper = pair.helper();
    let wall = Part { id: "cut".into(), sort: Sort::Wall { from: vec![THERE] } };
    helper.arm(vec![some_packets("slow", Direction::Both, Selector::default(), delay(1)), wall]);
    for id in ["slow", "cut"] {
        let mut took: Vec<Duration> = (0..200)
            .map(|_| {
                let begun = Instant::now();
                helper.must(&Order::Apply { id: id.into(), seed: 1 });
                let took = begun.elapsed();
                helper.heal(id);
                took
            })
            .collect();
        took.sort();
        println!("{id}: applied in {:?} (median of 200), {:?} at the most", took[100], took[199]);
        assert!(took[100] < Duration::from_millis(20), "{:?}", took[100]);
    }
}
