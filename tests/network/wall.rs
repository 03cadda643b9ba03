//! A wall: nothing from some addresses arrives any more.

use crate::support::{HERE, Pair, THERE, tcp_trip, udp_trip};
use shakedown::netfault::{Order, Part, Sort};
use std::io::{Read, Write};
use std::net::IpAddr;
use std::time::{Duration, Instant};

fn wall(from: &[IpAddr]) -> Part {
    Part { id: "cut".into(), sort: Sort::Wall { from: from.to_vec() } }
}

#[test]
fn live_connections_fall_silent_and_go_on_after_the_heal() {
    let Some(pair) = Pair::make() else { return };
    let (mut tcp, udp) = (pair.connect(pair.tcp_echo()), pair.udp(pair.udp_echo()));
    let mut helper = pair.helper();
    helper.arm(vec![wall(&[THERE])]);
    tcp_trip(&mut tcp);
    helper.apply("cut");
    udp.set_read_timeout(Some(Duration::from_millis(300))).expect("a bound");
    assert_eq!(udp_trip(&udp), None);
    tcp.set_read_timeout(Some(Duration::from_millis(300))).expect("a bound");
    tcp.write_all(b"x").expect("no error: it is lost on the way");
    assert!(tcp.read(&mut [0]).is_err(), "nothing comes back");
    let dropped = helper.must(&Order::Stats).counts["cut"].arriving;
    assert!(
        dropped.struck >= 2 && dropped.struck == dropped.seen,
        "what was dropped is counted: {dropped:?}"
    );
    // Rules that are laid anew count from 0 again; what they counted before is not forgotten.
    helper.arm(vec![wall(&[THERE, IpAddr::from([10, 77, 0, 9])])]);
    let healed = helper.heal("cut").counts["cut"].arriving;
    assert!(healed.struck >= dropped.struck, "{healed:?} after {dropped:?}");
    tcp.set_read_timeout(Some(Duration::from_secs(10))).expect("a bound");
    tcp.read_exact(&mut [0]).expect("TCP sends it again");
    assert!(udp_trip(&udp).is_some());
}

#[test]
fn it_stands_in_one_direction_only() {
    let Some(pair) = Pair::make() else { return };
    let listener = pair.there.inside(|| std::net::UdpSocket::bind((THERE, 0)).expect("a port"));
    listener.set_read_timeout(Some(Duration::from_secs(5))).expect("a bound");
    let sender = pair.udp(listener.local_addr().expect("an address"));
    let mut helper = pair.helper();
    helper.arm(vec![wall(&[THERE])]);
    helper.apply("cut");
    sender.send(b"x").expect("it goes out");
    let (_, from) = listener.recv_from(&mut [0; 8]).expect("it arrives there");
    assert_eq!(from.ip(), HERE);
}

#[test]
fn others_are_still_heard() {
    let Some(pair) = Pair::make() else { return };
    let udp = pair.udp(pair.udp_echo());
    let mut helper = pair.helper();
    helper.arm(vec![wall(&[IpAddr::from([10, 77, 0, 9])])]);
    helper.apply("cut");
    assert!(udp_trip(&udp).is_some());
    assert_eq!(helper.must(&Order::Stats).counts["cut"].arriving.struck, 0, "nobody behind it has spoken");
    assert!(pair.here.run(&["nft", "list", "ruleset"]).contains("10.77.0.9"));
}

#[test]
fn it_stands_at_once() {
    let Some(pair) = Pair::make() else { return };
    let mut helper = pair.helper();
    helper.arm(vec![wall(&[THERE])]);
    let mut times = Vec::new();
    for _ in 0..20 {
        let begun = Instant::now();
        helper.apply("cut");
        times.push(begun.elapsed());
        helper.heal("cut");
    }
    times.sort();
    // A second is no demand: the demand is timed among the experiments.
    assert!(times[10] < Duration::from_secs(1), "{times:?}");
    println!("a wall stands after {:?} (median)", times[10]);
}
