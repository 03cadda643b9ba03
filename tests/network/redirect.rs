//! A port whose connections lead through the proxy: they pass unchanged, meet trouble while it is in force, and nothing is left.

use crate::project::Project;
use crate::support::{HERE, Helper, PATIENCE, Pair, THERE, delay, some_packets, tcp_trip, udp_trip};
use crate::waiting::blocking::within;
use serde_json::json;
use shakedown::event::FaultStage;
use shakedown::netfault::{Answer, Direction, Order, Part, Selector, Sort};
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

const LATE: Duration = Duration::from_millis(200);
const FAST: Duration = Duration::from_millis(90);

/// A server in the helper's own namespace that sends back all that it gets; its port.
fn echo_here(pair: &Pair) -> u16 {
    let listener = pair.here.inside(|| TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).expect("a port"));
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            std::thread::spawn(move || {
                let _ = stream.set_nodelay(true);
                std::io::copy(&mut &stream, &mut &stream)
            });
        }
    });
    port
}

fn connect(pair: &Pair, port: u16, from_outside: bool) -> TcpStream {
    let space = if from_outside { &pair.there } else { &pair.here };
    let stream = space.inside(move || TcpStream::connect((HERE, port)).expect("it answers"));
    stream.set_nodelay(true).expect("no delay of its own");
    stream.set_read_timeout(Some(PATIENCE)).expect("a bound");
    stream
}

fn late(port: u16) -> Part {
    let what =
        json!({ "toxic": { "type": "latency", "attributes": { "latency": LATE.as_millis() as f64 } } });
    Part { id: "late".into(), sort: Sort::Redirect { port, what } }
}

fn is_cut(stream: &mut TcpStream) -> bool {
    // Whoever asks first is told of the reset; who asks later sees the end.
    let ended = stream.write_all(b"x").and_then(|()| stream.read(&mut [0]).map(drop));
    ended.is_err_and(|error| matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe))
}

#[test]
fn connections_pass_and_those_that_live_meet_the_trouble() {
    let Some(pair) = Pair::make() else { return };
    let port = echo_here(&pair);
    let before = pair.here.dump();
    let mut older = connect(&pair, port, true);
    let mut inside = connect(&pair, port, false);
    tcp_trip(&mut older);
    tcp_trip(&mut inside);
    let mut helper = pair.helper();
    let Answer { cut, .. } = helper.must(&Order::Arm { parts: vec![late(port)] });
    assert_eq!(cut, 1, "the one that would go past the proxy");
    assert!(is_cut(&mut older));
    let mut live = connect(&pair, port, true);
    assert!(tcp_trip(&mut live) < FAST, "armed is not applied");
    helper.apply("late");
    assert!(tcp_trip(&mut live) >= LATE, "a connection that was there before the fault");
    assert!(tcp_trip(&mut connect(&pair, port, true)) >= LATE, "a new one");
    assert!(tcp_trip(&mut inside) < FAST, "what the namespace says to itself is left alone");
    assert!(tcp_trip(&mut connect(&pair, port, false)) < FAST);
    helper.heal("late");
    assert!(tcp_trip(&mut live) < FAST, "healed, and not cut");
    helper.must(&Order::Quit);
    assert!(pair.here.dump() == before, "nothing is left");
    assert!(tcp_trip(&mut connect(&pair, port, true)) < FAST, "without the proxy");
}

#[test]
fn a_helper_that_is_killed_takes_the_redirect_with_it() {
    let Some(pair) = Pair::make() else { return };
    let port = echo_here(&pair);
    tcp_trip(&mut connect(&pair, port, true));
    let before = pair.here.dump();
    type End = fn(Helper);
    let ends: [End; 2] = [Helper::abandon, |mut helper| {
        helper.child.kill().expect("it can be killed");
        helper.child.wait().expect("it ends");
    }];
    for end in ends {
        let mut helper = pair.helper();
        helper.arm(vec![late(port)]);
        helper.apply("late");
        assert!(tcp_trip(&mut connect(&pair, port, true)) >= LATE);
        end(helper);
        within(Duration::from_secs(2), "no rule is left", || pair.here.dump() == before);
        assert!(tcp_trip(&mut connect(&pair, port, true)) < FAST);
    }
}

#[test]
fn a_packet_fault_on_the_same_port_still_means_it() {
    let Some(pair) = Pair::make() else { return };
    let port = echo_here(&pair);
    let mut helper = pair.helper();
    let only = |port| Selector { peers: Vec::new(), port: Some(port) };
    let replies = some_packets("replies", Direction::Out, only(port), delay(150));
    let others = some_packets("others", Direction::Out, only(port ^ 1), delay(150));
    helper.arm(vec![late(port), replies, others]);
    let mut live = connect(&pair, port, true);
    tcp_trip(&mut live);
    helper.apply("others");
    assert!(tcp_trip(&mut live) < FAST, "another port");
    helper.apply("replies");
    assert!(tcp_trip(&mut live) >= Duration::from_millis(150));
    helper.heal("replies");
    assert!(tcp_trip(&mut live) < FAST);
}

#[test]
fn parts_in_force_stay_in_force_when_peers_get_new_addresses() {
    let Some(pair) = Pair::make() else { return };
    let port = echo_here(&pair);
    let udp = pair.udp(pair.udp_echo());
    udp.set_read_timeout(Some(Duration::from_millis(300))).expect("a bound");
    udp_trip(&udp).expect("the neighbours know each other");
    let nobody = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
    let parts = |peer: IpAddr| {
        let only = Selector { peers: vec![peer], port: None };
        vec![
            late(port),
            Part { id: "cut".into(), sort: Sort::Wall { from: vec![peer] } },
            some_packets("slow", Direction::Out, only, delay(120)),
        ]
    };
    let mut helper = pair.helper();
    helper.arm(parts(nobody));
    let mut live = connect(&pair, port, true);
    for id in ["late", "cut", "slow"] {
        helper.apply(id);
    }
    assert!(udp_trip(&udp).expect("another's address") < FAST);
    let answer = helper.must(&Order::Arm { parts: parts(THERE) });
    assert_eq!(answer.cut, 0, "the redirect was there before");
    assert_eq!(answer.counts.len(), 3, "all are in force still");
    assert_eq!(udp_trip(&udp), None, "the wall has moved");
    helper.heal("cut");
    assert!(udp_trip(&udp).expect("back") >= Duration::from_millis(120), "so have the slow packets");
    helper.heal("slow");
    assert!(tcp_trip(&mut live) >= LATE, "the connection lives on, and the toxic with it");
    helper.must(&Order::Quit);
}

#[test]
fn trouble_that_nobody_knows_is_refused_and_leaves_nothing() {
    let Some(pair) = Pair::make() else { return };
    let before = pair.here.dump();
    let mut helper = pair.helper();
    let part = Part { id: "odd".into(), sort: Sort::Redirect { port: 80, what: json!({ "cheese": 1 }) } };
    let error = helper.ask(&Order::Arm { parts: vec![part] }).error.expect("an error");
    assert!(error.contains("not understood"), "{error}");
    assert!(pair.here.dump() == before);
}

/// A client that keeps its connection.
struct Shop(BufReader<TcpStream>);

impl Shop {
    async fn of(project: &Project) -> Shop {
        let address = SocketAddr::new(project.address("db").await, 7002);
        let stream = TcpStream::connect_timeout(&address, PATIENCE).expect("it answers");
        stream.set_read_timeout(Some(PATIENCE)).expect("a bound");
        Shop(BufReader::new(stream))
    }

    /// Status and body; `None`: the connection is over.
    fn ask(&mut self, method: &str) -> Option<(u16, String)> {
        let head = format!("{method} /orders HTTP/1.1\r\nHost: db\r\nContent-Length: 2\r\n\r\n{{}}");
        self.0.get_mut().write_all(head.as_bytes()).ok()?;
        let (mut line, mut status, mut length) = (String::new(), None, 0);
        while self.0.read_line(&mut line).ok()? > 0 && line != "\r\n" {
            status = status.or_else(|| line.split(' ').nth(1)?.parse().ok());
            if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().expect("a length");
            }
            line.clear();
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).ok()?;
        Some((status?, String::from_utf8(body).expect("text")))
    }

    fn orders(&mut self) -> u32 {
        self.ask("GET").expect("an answer").1.parse().expect("a number")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_to_a_container_are_answered_late_or_by_us_or_lose_their_reply() {
    let Some((project, _turn)) = Project::up("requests").await else { return };
    let before = project.dump("db").await;
    let faults = |what: &str| {
        format!(
            "[[fault]]\nid='http'\nat='0s'\nhttp={{target={{service='db'}},port=7002,method='POST',{what}}}"
        )
    };
    let mut armed = project.armed(&faults("status=503,body='busy'")).await;
    let mut shop = Shop::of(&project).await;
    assert_eq!(shop.ask("POST"), Some((200, "1".into())), "armed is not applied");
    armed.strike().await;
    assert_eq!(shop.ask("POST"), Some((503, "busy".into())), "on the connection that was there before");
    assert_eq!(shop.orders(), 1, "another method passes; the order was not carried out");
    armed.heal().await;
    let mut armed = project.armed(&faults("drop_reply=true")).await;
    let mut shop = Shop::of(&project).await;
    armed.strike().await;
    assert_eq!(shop.ask("POST"), None, "the reply is lost, the connection with it");
    assert_eq!(Shop::of(&project).await.orders(), 2, "and the order was carried out");
    armed.heal().await;
    let mut armed = project.armed(&faults("delay='300ms'")).await;
    let mut shop = Shop::of(&project).await;
    armed.strike().await;
    let begun = Instant::now();
    assert_eq!(shop.ask("POST"), Some((200, "3".into())));
    assert!(begun.elapsed() >= Duration::from_millis(300));
    armed.heal().await;
    assert_eq!(project.dump("db").await, before);
    project.helpers_end(Duration::from_secs(5)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_toxic_on_a_container_reaches_connections_between_containers() {
    let Some((project, _turn)) = Project::up("toxic").await else { return };
    let mut web = project.talk("web").await;
    assert!(web.trip("db").expect("it answers") < 50);
    let before = project.dump("db").await;
    let mut armed = project
        .armed(
            "[[fault]]\nid='late'\nat='0s'\ntoxic={target={service='db'},port=7000,type='latency',attributes={latency=150}}",
        )
        .await;
    assert!(
        armed.notes[0].contains("port 7000") && armed.notes[0].contains("one that was open was cut"),
        "{:?}",
        armed.notes
    );
    assert_eq!(web.trip("db"), None, "the connection that would have gone past the proxy was cut");
    assert!(web.trip("db").expect("a new one") < 50, "armed is not applied");
    armed.strike().await;
    assert!(web.trip("db").expect("it answers") >= 150, "a connection that was there before the fault");
    armed.heal().await;
    assert_eq!(project.dump("db").await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_restarts_has_its_proxy_again() {
    let Some((project, _turn)) = Project::up("anew").await else { return };
    let mut web = project.talk("web").await;
    let mut armed = project
        .armed(
            "[[fault]]\nid='late'\nat='0s'\ntoxic={target={service='db'},port=7000,type='latency',attributes={latency=150}}",
        )
        .await;
    armed.strike().await;
    project.compose(&["restart", "-t", "1", "db"]);
    armed.until("renewed", |notes| notes.iter().any(|one| one.stage == FaultStage::Renewed)).await;
    let trips: Vec<_> = (0..3).map(|_| web.trip("db")).collect();
    assert!(trips.last().is_some_and(|trip| trip.is_some_and(|millis| millis >= 150)), "{trips:?}");
    armed.heal().await;
    assert_eq!(web.trip("db"), None, "its connection ends with the proxy");
    assert!(web.trip("db").is_some_and(|millis| millis < 100));
}
