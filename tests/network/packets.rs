//! Packets delayed, lost, changed, slowed: on connections that were open before, over TCP and UDP.

use crate::support::{HERE, MS, Pair, THERE, delay, packets, some_packets, tcp_trip, udp_trip};
use crate::waiting::blocking::eventually;
use shakedown::netfault::{Direction, Order, Selector, Trouble, fate};
use std::io::{Read, Write};
use std::time::{Duration, Instant};

#[test]
fn a_delay_reaches_live_connections_and_datagrams_and_ends() {
    let Some(pair) = Pair::make() else { return };
    let (mut tcp, udp) = (pair.connect(pair.tcp_echo()), pair.udp(pair.udp_echo()));
    for direction in [Direction::In, Direction::Out] {
        let mut helper = pair.helper();
        helper.arm(vec![packets("slow", direction, delay(200))]);
        let fast = Duration::from_millis(150);
        let slow = Duration::from_millis(200);
        assert!(tcp_trip(&mut tcp) < fast && udp_trip(&udp).expect("back") < fast, "armed is not applied");
        helper.apply("slow");
        let (tcp_slow, udp_slow) = (tcp_trip(&mut tcp), udp_trip(&udp).expect("back"));
        assert!(tcp_slow >= slow && udp_slow >= slow, "{direction:?}: {tcp_slow:?} {udp_slow:?}");
        assert!(udp_slow < 2 * slow, "it is delayed once only: {udp_slow:?}");
        let counts = helper.heal("slow").counts["slow"].clone();
        let seen = (counts.arriving.seen > 0, counts.leaving.seen > 0);
        assert_eq!(seen, (direction == Direction::In, direction == Direction::Out));
        assert!(tcp_trip(&mut tcp) < fast && udp_trip(&udp).expect("back") < fast, "healed");
        // It may strike again, and a new connection feels it too: both packets of the handshake's way there.
        helper.apply("slow");
        let begun = Instant::now();
        drop(pair.connect(tcp.peer_addr().expect("an address")));
        assert!(begun.elapsed() >= slow);
    }
}

#[test]
fn both_directions_add_up_and_the_source_stays() {
    let Some(pair) = Pair::make() else { return };
    let mut helper = pair.helper();
    helper
        .arm(vec![packets("slow", Direction::Both, delay(100)), packets("more", Direction::In, delay(100))]);
    helper.apply("slow");
    helper.apply("more");
    let server = pair.there.inside(|| std::net::TcpListener::bind((THERE, 0)).expect("a port"));
    let address = server.local_addr().expect("an address");
    let accepting = std::thread::spawn(move || server.accept().expect("somebody").1);
    let begun = Instant::now();
    let stream = pair.connect(address);
    assert!(begun.elapsed() >= Duration::from_millis(300));
    assert_eq!(accepting.join().expect("accepted"), stream.local_addr().expect("an address"));
    assert_eq!(stream.local_addr().expect("an address").ip(), HERE);
    let answer = helper.heal("slow");
    assert_eq!(answer.counts.len(), 2, "the other one is still in force");
}

#[test]
fn only_the_selected_packets_are_meant() {
    let Some(pair) = Pair::make() else { return };
    let (one, other) = (pair.udp(pair.udp_echo()), pair.udp(pair.udp_echo()));
    let port = Some(one.peer_addr().expect("an address").port());
    let only = |peers: &[&str], port| Selector {
        peers: peers.iter().map(|peer| peer.parse().expect("an address")).collect(),
        port,
    };
    let stranger = only(&["10.77.0.9"], None);
    for (way, selected, slow) in [
        (Direction::Out, only(&[], port), (true, false)),
        (Direction::In, only(&[], port), (true, false)),
        (Direction::Both, only(&["10.77.0.9", "10.77.0.2"], None), (true, true)),
        (Direction::In, only(&["10.77.0.2"], port), (true, false)),
        (Direction::Both, stranger, (false, false)),
    ] {
        let mut helper = pair.helper();
        helper.arm(vec![some_packets("slow", way, selected, delay(100))]);
        helper.apply("slow");
        let is_slow = |socket| udp_trip(socket).expect("back") >= Duration::from_millis(100);
        assert_eq!((is_slow(&one), is_slow(&other)), slow);
    }
}

/// The numbers of the datagrams that arrive of so many sent.
fn arrive(pair: &Pair, seed: u64, trouble: Trouble, number: u16) -> Vec<u16> {
    let receiver = pair.there.inside(|| std::net::UdpSocket::bind((THERE, 0)).expect("a port"));
    receiver.set_read_timeout(Some(Duration::from_millis(500))).expect("a bound");
    // Room for all of them, however long the thread that takes them is held up.
    rustix::net::sockopt::set_socket_recv_buffer_size_force(&receiver, 16 << 20).expect("we are root");
    let sender = pair.udp(receiver.local_addr().expect("an address"));
    let only = Selector { peers: vec![THERE], port: Some(receiver.local_addr().expect("an address").port()) };
    let mut helper = pair.helper();
    helper.arm(vec![some_packets("bad", Direction::Out, only, trouble)]);
    helper.must(&Order::Apply { id: "bad".into(), seed });
    let mut got = Vec::new();
    let receiving = std::thread::spawn(move || {
        let mut buffer = [0; 16];
        while receiver.recv(&mut buffer).is_ok() {
            got.push(u16::from_be_bytes([buffer[0], buffer[1]]));
        }
        got
    });
    for number in 0..number {
        sender.send(&number.to_be_bytes()).expect("it goes out");
        if number % 64 == 0 {
            std::thread::yield_now();
        }
    }
    let got = receiving.join().expect("it ends");
    let answer = helper.heal("bad");
    let count = answer.counts["bad"].leaving;
    assert_eq!((count.seen, answer.overflow.total()), (u64::from(number), 0));
    assert_eq!(count.seen - count.lost, got.len() as u64, "what is said to be lost is what is missing");
    got
}

#[test]
fn the_seed_says_which_packets_are_lost() {
    let Some(pair) = Pair::make() else { return };
    let trouble = Trouble { loss: 0.1, ..Trouble::default() };
    let lost_by = |seed: u64| -> Vec<u16> {
        (0..1_000).filter(|number| fate(seed.wrapping_add(1), u64::from(*number), &trouble).lost).collect()
    };
    for seed in [7, 8] {
        let got = arrive(&pair, seed, trouble, 1_000);
        let missing: Vec<u16> = (0..1_000).filter(|number| !got.contains(number)).collect();
        assert_eq!(missing, lost_by(seed), "seed {seed}");
    }
    assert_ne!(lost_by(7), lost_by(8));
}

#[test]
fn some_packets_overtake_the_others() {
    let Some(pair) = Pair::make() else { return };
    let got = arrive(&pair, 3, Trouble { reorder: 0.2, ..delay(100) }, 500);
    assert_eq!(got.len(), 500, "none is lost");
    assert!(got.windows(2).any(|pair| pair[0] > pair[1]), "none has overtaken");
    let got = arrive(&pair, 3, Trouble { jitter: 20 * MS, ..delay(5) }, 500);
    assert!(got.is_sorted(), "jitter alone keeps a flow in order");
}

#[test]
fn a_changed_packet_fails_its_checksum() {
    let Some(pair) = Pair::make() else { return };
    let mut tcp = pair.connect(pair.tcp_echo());
    let udp = pair.udp(pair.udp_echo());
    udp.set_read_timeout(Some(Duration::from_millis(300))).expect("a bound");
    let counters = || {
        let there = &pair.there;
        (there.snmp("Tcp", "InCsumErrors"), there.snmp("Udp", "InCsumErrors"))
    };
    let before = counters();
    let mut helper = pair.helper();
    helper.arm(vec![packets("bad", Direction::Out, Trouble { corrupt: 1.0, ..Trouble::default() })]);
    helper.apply("bad");
    tcp.write_all(b"hello").expect("it goes out");
    assert_eq!(udp_trip(&udp), None, "a changed datagram arrives nowhere");
    eventually("a changed segment arrives and is told by its sum", || counters().0 > before.0);
    let count = helper.heal("bad").counts["bad"].leaving;
    let after = counters();
    assert!(after.0 > before.0 && after.1 == before.1 + 1, "{before:?} {after:?}");
    assert_eq!(count.corrupted, count.seen);
    // TCP sends it again, and now it arrives as it was.
    let mut back = [0; 5];
    tcp.read_exact(&mut back).expect("it comes back");
    assert_eq!(&back, b"hello");
}

#[test]
fn a_rate_slows_a_stream_and_nothing_of_it_is_lost_or_changed() {
    let Some(pair) = Pair::make() else { return };
    let mut tcp = pair.connect(pair.tcp_echo());
    let mut helper = pair.helper();
    let rate = 2_000_000;
    helper.arm(vec![packets("thin", Direction::Out, Trouble { rate, ..Trouble::default() })]);
    helper.apply("thin");
    let sent: Vec<u8> = (0..1_000_000_u32).map(|n| (n % 251) as u8).collect();
    let begun = Instant::now();
    let mut writer = tcp.try_clone().expect("a clone");
    let content = sent.clone();
    let writing = std::thread::spawn(move || writer.write_all(&content).expect("it goes out"));
    let mut back = vec![0; sent.len()];
    tcp.read_exact(&mut back).expect("it comes back");
    let took = begun.elapsed();
    writing.join().expect("written");
    assert!(back == sent, "the stream is changed");
    assert!(took >= Duration::from_millis(450), "1 MB at 2 MB/s took {took:?}");
    assert_eq!(helper.heal("thin").overflow.total(), 0);
}

#[test]
fn a_heal_in_mid_stream_loses_nothing() {
    let Some(pair) = Pair::make() else { return };
    let udp = pair.udp(pair.udp_echo());
    udp.set_read_timeout(Some(Duration::from_millis(500))).expect("a bound");
    let mut helper = pair.helper();
    helper.arm(vec![packets("slow", Direction::Both, delay(300))]);
    helper.apply("slow");
    for number in 0..200_u16 {
        udp.send(&number.to_be_bytes()).expect("it goes out");
    }
    let begun = Instant::now();
    helper.heal("slow");
    let mut buffer = [0; 8];
    let mut got: Vec<u16> =
        std::iter::from_fn(|| udp.recv(&mut buffer).ok().map(|_| u16::from_be_bytes([buffer[0], buffer[1]])))
            .take(200)
            .collect();
    // What was held is sent again while new packets pass already: all of it comes, not all of it in order.
    got.sort_unstable();
    assert_eq!(got, (0..200).collect::<Vec<u16>>(), "what was held comes at once, all of it");
    assert!(begun.elapsed() < Duration::from_millis(300), "{:?}", begun.elapsed());
}

#[test]
fn what_is_lost_for_lack_of_room_is_told() {
    let Some(pair) = Pair::make() else { return };
    let receiver = pair.there.inside(|| std::net::UdpSocket::bind((THERE, 0)).expect("a port"));
    let sender = pair.udp(receiver.local_addr().expect("an address"));
    let mut helper = pair.helper();
    let port = Some(receiver.local_addr().expect("an address").port());
    let only = Selector { port, ..Selector::default() };
    helper.arm(vec![some_packets("slow", Direction::Out, only, delay(60_000))]);
    helper.apply("slow");
    // More than may wait: 256 MiB, in datagrams of a thousand bytes and what each takes besides.
    let content = vec![0; 1_000];
    for _ in 0..200_000 {
        sender.send(&content).expect("the sender is not held up by what waits");
    }
    let mut answer = helper.must(&Order::Stats);
    eventually("the queue overflows", || {
        answer = helper.must(&Order::Stats);
        answer.overflow.total() > 0
    });
    let (seen, lost) = (answer.counts["slow"].leaving.seen, answer.overflow.bytes);
    assert!(lost > 0 && answer.held + lost == seen, "{answer:?}");
    assert_eq!(seen + answer.overflow.queue + answer.overflow.socket, 200_000, "{answer:?}");
}
