//! Network faults on containers of a Compose project: the effect from outside, the heal, and nothing left.

use crate::project::Project;
use crate::support::{tcp_trip, udp_trip};
use crate::waiting::within;
use shakedown::event::FaultStage;
use std::io::{BufRead, BufReader};
use std::net::{TcpStream, UdpSocket};
use std::process::{Command, Stdio};
use std::time::Duration;

const FAST: Duration = Duration::from_millis(90);

#[tokio::test(flavor = "multi_thread")]
async fn packets_of_a_live_connection_and_of_datagrams_are_late() {
    let Some((project, _turn)) = Project::up("late").await else { return };
    let before = project.dump("web").await;
    let address = (project.address("web").await, 7000);
    let mut tcp = TcpStream::connect(address).expect("it answers");
    tcp.set_nodelay(true).expect("no delay of its own");
    let udp = UdpSocket::bind("0.0.0.0:0").expect("a port");
    udp.connect(address).expect("an address");
    udp.set_read_timeout(Some(Duration::from_secs(5))).expect("a bound");
    let mut armed = project
        .armed("[[fault]]\nid='late'\nat='0s'\npackets={target={service='web'},direction='in',delay='100ms'}")
        .await;
    assert!(tcp_trip(&mut tcp) < FAST && udp_trip(&udp).expect("back") < FAST, "armed is not applied");
    armed.strike().await;
    assert!(tcp_trip(&mut tcp) >= Duration::from_millis(100));
    assert!(udp_trip(&udp).expect("back") >= Duration::from_millis(100));
    let told = armed.heal().await.expect("told");
    assert!(told.starts_with("web-1: ") && told.contains("packets in"), "{told}");
    assert!(tcp_trip(&mut tcp) < FAST && udp_trip(&udp).expect("back") < FAST, "healed");
    assert_eq!(project.dump("web").await, before);
    project.helpers_end(Duration::from_secs(5)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_between_two_groups_is_long_and_other_ways_are_not() {
    let Some((project, _turn)) = Project::up("link").await else { return };
    let (mut web, mut other) = (project.talk("web").await, project.talk("other").await);
    assert!(web.trip("db").expect("it answers") < 50);
    let mut armed = project
        .armed(
            "[[fault]]\nid='wan'\nat='0s'\npackets={between={from='web',to='db'},delay='60ms',jitter='5ms'}",
        )
        .await;
    armed.strike().await;
    let there_and_back = web.trip("db").expect("it answers");
    assert!((120..200).contains(&there_and_back), "{there_and_back} ms");
    assert!(web.trip("other").expect("it answers") < 50, "another way");
    assert!(other.trip("db").expect("it answers") < 50, "another way");
    armed.heal().await;
    assert!(web.trip("db").expect("it answers") < 50);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partition_cuts_live_connections_both_ways_or_one() {
    let Some((project, _turn)) = Project::up("cut").await else { return };
    let (mut web, mut other, mut db) =
        (project.talk("web").await, project.talk("other").await, project.talk("db").await);
    web.trip("db").expect("it answers");
    db.trip("web").expect("it answers");
    let before = (project.dump("web").await, project.dump("db").await);
    let mut armed = project.armed("[[fault]]\nid='cut'\nat='0s'\npartition={from='web',to='db'}").await;
    armed.strike().await;
    assert_eq!((web.trip("db"), db.trip("web")), (None, None));
    assert!(web.trip("other").is_some() && other.trip("db").is_some(), "others hear each other");
    armed.heal().await;
    assert!(web.trip("db").is_some() && db.trip("web").is_some());
    assert_eq!((project.dump("web").await, project.dump("db").await), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn look_ups_by_dockers_own_resolver_fail() {
    let Some((project, _turn)) = Project::up("names").await else { return };
    let mut web = project.talk("web").await;
    let code = |found: Option<(u8, u64)>| found.map(|(code, _)| code);
    assert_eq!(code(web.name("db")), Some(0));
    for (action, expected) in [("refuse", Some(5)), ("nxdomain", Some(3)), ("drop", None)] {
        let fault = format!(
            "[[fault]]\nid='names'\nat='0s'\ndns={{target={{service='web'}},names=['db'],action='{action}'}}"
        );
        let mut armed = project.armed(&fault).await;
        armed.strike().await;
        assert_eq!(code(web.name("db")), expected, "{action}");
        assert_eq!(code(web.name("other")), Some(0), "{action}: another name");
        armed.heal().await;
        assert_eq!(code(web.name("db")), Some(0), "{action}: healed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_restarts_has_the_fault_again() {
    let Some((project, _turn)) = Project::up("again").await else { return };
    let mut armed = project
        .armed("[[fault]]\nid='late'\nat='0s'\npackets={target={service='web'},direction='in',delay='100ms'}")
        .await;
    armed.strike().await;
    project.compose(&["restart", "-t", "1", "web"]);
    armed.until("renewed", |notes| notes.iter().any(|one| one.stage == FaultStage::Renewed)).await;
    let renewed = armed.events().into_iter().find(|one| one.stage == FaultStage::Renewed).expect("told");
    assert_eq!(renewed.targets, ["web-1"]);
    assert!(renewed.detail.expect("how").contains("started anew"));
    let mut tcp = TcpStream::connect((project.address("web").await, 7000)).expect("it answers");
    assert!(tcp_trip(&mut tcp) >= Duration::from_millis(100), "in its new namespace");
    let events = armed.events();
    armed.heal().await;
    assert!(!events.iter().any(|one| one.stage == FaultStage::EndedEarly), "{events:?}");
    assert!(tcp_trip(&mut tcp) < FAST, "healed there");
    assert!(!project.dump("web").await.contains("table inet shakedown"), "nothing is left");
}

#[tokio::test(flavor = "multi_thread")]
async fn peers_that_come_back_with_other_addresses_are_looked_up_again() {
    let Some((project, _turn)) = Project::up("moved").await else { return };
    let mut armed = project.armed("[[fault]]\nid='cut'\nat='0s'\npartition={from='web',to='db'}").await;
    armed.strike().await;
    let old = project.address("db").await;
    // The two change places: whoever starts first gets the lower address.
    let other = project.address("other").await;
    project.compose(&["stop", "-t", "1", "db", "other"]);
    for name in if old < other { ["other", "db"] } else { ["db", "other"] } {
        project.compose(&["start", name]);
    }
    armed
        .until("renewed on both", |notes| {
            let renewed = |name: &str| {
                notes.iter().any(|one| one.stage == FaultStage::Renewed && one.targets == [name])
            };
            renewed("db-1") && renewed("web-1")
        })
        .await;
    assert_ne!(project.address("db").await, old, "the addresses have changed");
    let mut web = project.talk("web").await;
    assert_eq!(web.trip("db"), None, "cut off at its new address");
    assert!(web.trip("other").is_some(), "and not whoever has the old one");
    armed.heal().await;
    assert!(web.trip("db").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_does_not_come_back_has_ended_early() {
    let Some((project, _turn)) = Project::up("gone").await else { return };
    let mut armed = project
        .armed("[[fault]]\nid='late'\nat='0s'\nfor='4s'\npackets={target={service='web'},direction='in',delay='100ms'}")
        .await;
    armed.strike().await;
    project.compose(&["stop", "-t", "1", "web"]);
    armed.until("healed", |notes| notes.iter().any(|one| one.stage == FaultStage::Healed)).await;
    let early = armed.events().into_iter().find(|one| one.stage == FaultStage::EndedEarly).expect("told");
    assert_eq!(early.targets, ["web-1"]);
    assert!(early.detail.expect("why").contains("namespace"));
}

/// Not a test: the harness that the next one kills. It strikes with everything, says so and waits.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "the body of a child process of another test"]
async fn harness() {
    let Ok(name) = std::env::var("TEST_PROJECT") else { return };
    let project = Project::attach(&name).await;
    let mut armed = project
        .armed(
            "[[fault]]\nid='late'\nat='0s'\npackets={target={service='web'},delay='300ms'}\n\
             [[fault]]\nid='cut'\nat='0s'\npartition={from='web',to='db'}\n\
             [[fault]]\nid='names'\nat='0s'\ndns={target={service='web'},action='drop'}\n\
             [[fault]]\nid='busy'\nat='0s'\nhttp={target={service='web'},port=7002,status=503}\n\
             [[fault]]\nid='slow'\nat='0s'\ntoxic={target={service='db'},port=7000,type='latency',attributes={latency=300}}",
        )
        .await;
    armed.strike().await;
    armed
        .until("all applied", |notes| {
            notes.iter().filter(|one| one.stage == FaultStage::Applied).count() == 5
        })
        .await;
    println!("struck");
    // Until it is killed, or nobody is left who would.
    let abandoned = tokio::task::spawn_blocking(|| std::io::stdin().lines().count());
    abandoned.await.expect("the end of the input");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_harness_that_is_killed_leaves_nothing_within_two_seconds() {
    let Some((project, _turn)) = Project::up("killed").await else { return };
    let before = (project.dump("web").await, project.dump("db").await);
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "containers::harness", "--ignored", "--nocapture"])
        .env("TEST_PROJECT", &project.name)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut lines = BufReader::new(child.stdout.take().expect("an output")).lines();
    assert!(lines.by_ref().map_while(Result::ok).any(|line| line == "struck"), "it strikes");
    assert_ne!(project.dump("web").await, before.0);
    child.kill().expect("it is killed");
    let as_before = async || (project.dump("web").await, project.dump("db").await) == before;
    let took = within(Duration::from_secs(2), "no rule is left", as_before).await;
    println!("nothing is left after {took:?}");
    child.wait().expect("it is gone");
    let mut web = project.talk("web").await;
    assert!(web.trip("db").is_some_and(|millis| millis < 90));
    project.helpers_end(Duration::from_secs(5)).await;
}
