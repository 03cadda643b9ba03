//! Nothing is left behind, however the helper ends; and what cannot be done is said.

use crate::support::{Helper, Pair, THERE, delay, packets, skipped, udp_trip};
use crate::waiting::blocking::came_true;
use shakedown::netfault::{Direction, LookUp, Order, Part, Sort, Trouble};
use std::time::Duration;

/// The lines that only one of two texts has.
fn difference(before: &str, after: &str) -> String {
    let only = |sign, one: &str, other: &str| {
        let missing = one.lines().filter(|line| !other.lines().any(|known| known == *line));
        missing.map(|line| format!("{sign} {line}\n")).collect::<String>()
    };
    only('-', before, after) + &only('+', after, before)
}

fn everything() -> Vec<Part> {
    vec![
        packets("slow", Direction::Both, delay(400)),
        packets("bad", Direction::In, Trouble { loss: 0.5, corrupt: 0.5, ..Trouble::default() }),
        Part { id: "cut".into(), sort: Sort::Wall { from: vec![THERE] } },
        Part { id: "names".into(), sort: Sort::Dns { names: vec!["db".into()], becomes: LookUp::Refused } },
    ]
}

#[test]
fn the_namespace_is_as_before_once_the_helper_has_ended() {
    let Some(pair) = Pair::make() else { return };
    let udp = pair.udp(pair.udp_echo());
    udp_trip(&udp).expect("the neighbours know each other");
    let before = pair.here.dump();
    type End = fn(Helper);
    let ends: [(&str, End); 3] = [
        ("quit", |mut helper| {
            helper.must(&Order::Quit);
            assert!(helper.child.wait().expect("it ends").success());
        }),
        ("input ends", Helper::abandon),
        ("SIGKILL", |mut helper| {
            helper.child.kill().expect("it can be killed");
            helper.child.wait().expect("it ends");
        }),
    ];
    for (name, end) in ends {
        let mut helper = pair.helper();
        helper.arm(everything());
        assert!(pair.here.dump() != before, "rules are laid");
        for id in ["slow", "bad", "cut", "names"] {
            helper.apply(id);
        }
        // A fresh socket hears only its own: what was held on the way to another may come late.
        let during = pair.udp(udp.peer_addr().expect("an address"));
        during.set_read_timeout(Some(Duration::from_millis(100))).expect("a bound");
        assert_eq!(udp_trip(&during), None, "{name}: the wall stands");
        end(helper);
        let gone = came_true(Duration::from_secs(2), || pair.here.dump() == before);
        assert!(gone.is_some(), "{name}: not as before:\n{}", difference(&before, &pair.here.dump()));
        let fresh = pair.udp(udp.peer_addr().expect("an address"));
        assert!(udp_trip(&fresh).expect("back") < Duration::from_millis(400), "{name}");
    }
}

#[test]
fn arming_anew_replaces_and_is_refused_while_something_is_in_force() {
    let Some(pair) = Pair::make() else { return };
    let mut helper = pair.helper();
    helper.arm(everything());
    helper.arm(vec![packets("other", Direction::In, delay(1))]);
    let error = helper.ask(&Order::Apply { id: "slow".into(), seed: 1 }).error.expect("an error");
    assert!(error.contains("`slow` is not armed"), "{error}");
    helper.apply("other");
    let error = helper.ask(&Order::Apply { id: "other".into(), seed: 1 }).error.expect("an error");
    assert!(error.contains("in force already"), "{error}");
    let error = helper.ask(&Order::Arm { parts: Vec::new() }).error.expect("an error");
    assert!(error.contains("`other` is in force"), "{error}");
    helper.heal("other");
    helper.heal("other");
    helper.arm(Vec::new());
}

#[test]
fn a_second_helper_in_the_same_place_is_refused() {
    let Some(pair) = Pair::make() else { return };
    let (mut first, mut second) = (pair.helper(), pair.helper());
    first.arm(everything());
    let error = second.ask(&Order::Arm { parts: everything() }).error.expect("an error");
    assert!(error.contains("another shakedown"), "{error}");
    first.abandon();
    second.arm(everything());
}

#[test]
fn without_the_right_to_change_the_network_it_says_so() {
    if skipped() {
        return;
    }
    let mut helper = Helper::start(&["setpriv", "--bounding-set", "-net_admin", "--inh-caps", "-net_admin"]);
    for parts in [vec![packets("slow", Direction::In, delay(1))], everything()] {
        let error = helper.ask(&Order::Arm { parts }).error.expect("an error");
        assert!(error.contains("NET_ADMIN"), "{error}");
    }
}
