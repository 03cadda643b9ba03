//! Links of both kinds, felt from outside.

use super::super::foreign;
use super::super::heal::HealReport;
use super::super::journal::{Heal, OpenFault};
use super::*;
use crate::proxy::{Program, Settings, Spec};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

fn plan(stack: &str, faults: &str) -> Plan {
    let text = format!(
        "name='x'\nseed=7\n[stack]\n{stack}\n[target]\nurl='http://127.0.0.1:1'\n[load]\nrate='1/s'\nfor='1s'\n\
         [[flow]]\nname='f'\n[[flow.step]]\nname='s'\nget='/'\n{faults}"
    );
    toml::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn links(stack: &str, faults: &str) -> PlanLinks {
    PlanLinks::of(&plan(stack, faults)).expect("links").expect("some")
}

fn toxic(text: &str) -> LinkFault {
    LinkFault::Toxic(toml::from_str(text).expect(text))
}

/// A server that says its name to everybody, after it was asked.
async fn server(name: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                while stream.read_u8().await.is_ok() && stream.write_all(name.as_bytes()).await.is_ok() {}
            });
        }
    });
    address
}

/// What one byte of question brings within the time that a test has.
async fn ask(address: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).await.ok()?;
    stream.write_all(b"?").await.ok()?;
    let mut said = [0; 16];
    let length = stream.read(&mut said).await.ok().filter(|length| *length > 0)?;
    Some(String::from_utf8_lossy(&said[..length]).into_owned())
}

const NODES: &str =
    "kind='processes'\n[[stack.service]]\nname='node'\ninstances=2\n[[stack.link]]\nname='nodes'\nto='node'";

#[tokio::test]
async fn a_link_has_a_proxy_before_each_instance_and_follows_them() {
    let links = links(NODES, "");
    assert_eq!(links.facts(), Facts::new());
    let error = links.lead(&Facts::new()).await.expect_err("no addresses");
    assert!(error.contains("`nodes`") && error.contains("`node`"), "{error}");
    let (one, two, three) = (server("one").await, server("two").await, server("three").await);
    let facts = |addresses: String| Facts::from([("node.addresses".to_owned(), addresses)]);
    links.lead(&facts(format!("{one},{two}"))).await.expect("they lead");
    let told = links.facts();
    let addresses: Vec<&str> = told["link.nodes.addresses"].split(',').collect();
    assert_eq!((addresses.len(), addresses[0]), (2, told["link.nodes.address"].as_str()));
    assert_eq!(ask(addresses[0]).await.as_deref(), Some("one"));
    assert_eq!(ask(addresses[1]).await.as_deref(), Some("two"));
    links.lead(&facts(format!("{one},{three}"))).await.expect("they lead elsewhere");
    assert_eq!(links.facts(), told, "their own addresses stay");
    assert_eq!(ask(addresses[1]).await.as_deref(), Some("three"));

    // A toxic before one instance alone, under the fault's name.
    let fault = toxic("link='nodes'\ntype='reset_peer'\nindex=2");
    links.apply("slow", &fault).await.expect("it lands");
    assert!(links.apply("slow", &fault).await.is_err(), "twice under one name");
    links.apply("slow", &fault).await.expect("what was half done is undone");
    assert_eq!(ask(addresses[0]).await.as_deref(), Some("one"));
    assert_eq!(ask(addresses[1]).await, None);
    assert_eq!((links.lost("slow", &fault).await, links.foreign(&fault)), (None, None));
    links.heal("slow", &fault).await.expect("it heals");
    links.heal("slow", &fault).await.expect("twice");
    assert_eq!(ask(addresses[1]).await.as_deref(), Some("three"));
}

#[tokio::test]
async fn a_link_counts_what_its_proxies_struck() {
    let links = links(NODES, "");
    let (one, two) = (server("one").await, server("two").await);
    links
        .lead(&Facts::from([("node.addresses".to_owned(), format!("{one},{two}"))]))
        .await
        .expect("they lead");
    let told = links.facts();
    let addresses: Vec<&str> = told["link.nodes.addresses"].split(',').collect();
    let fault = toxic("link='nodes'\ntype='reset_peer'\nindex=2");
    links.apply("cut", &fault).await.expect("it lands");
    let counted = |struck, seen| [TargetStruck::counted("nodes-2", struck, seen)];
    assert_eq!(links.struck("cut", &fault).await, counted(0, 0));
    assert_eq!(ask(addresses[0]).await.as_deref(), Some("one"));
    assert_eq!(links.struck("cut", &fault).await, counted(0, 0), "it does not come that way");
    assert_eq!(ask(addresses[1]).await, None);
    assert_eq!(links.struck("cut", &fault).await, counted(1, 1));
    links.heal("cut", &fault).await.expect("it heals");
    assert_eq!(links.struck("cut", &fault).await[0].tally, None, "it is gone, and its count with it");
}

#[tokio::test]
async fn the_plans_words_become_the_proxys() {
    let facts = Facts::from([("node.addresses".to_owned(), server("one").await.to_string())]);
    let links = links(NODES, "");
    links.lead(&facts).await.expect("they lead");
    for (text, word) in [
        ("link='nodes'\ntype='walrus'", "walrus"),
        ("link='nodes'\ntype='latency'\nstream='sideways'", "sideways"),
        ("link='nodes'\ntype='latency'\nattributes={delay=1}", "delay"),
        ("link='other'\ntype='latency'", "`other`"),
        ("link='nodes'\ntype='latency'\nindex=3", "not open there"),
    ] {
        let error = links.apply("f", &toxic(text)).await.expect_err(text);
        assert!(error.contains(word), "{error}");
    }
    let fault: crate::plan::model::ToxicFault =
        toml::from_str("link='nodes'\ntype='bandwidth'\nrate='1MB'\ntoxicity='50%'").expect("a toxic");
    let toxic = toxin::toxic("f", &fault).expect("a toxic");
    assert_eq!((toxic.values, toxic.toxicity, toxic.name.as_str()), (vec![1_000], 0.5, "f"));
}

#[tokio::test]
async fn http_faults_need_a_proxy_that_looks_at_requests() {
    let http = "[[fault]]\nid='f'\nat='1s'\nhttp={link='nodes',status=503}";
    let facts =
        Facts::from([("node.addresses".to_owned(), server("HTTP/1.1 200 OK\r\n\r\n").await.to_string())]);
    let links = links(NODES, http);
    links.lead(&facts).await.expect("they lead");
    let fault = LinkFault::Http(toml::from_str("link='nodes'\nstatus=503").expect("a fault"));
    links.apply("f", &fault).await.expect("it lands");
    let mut stream = TcpStream::connect(&links.facts()["link.nodes.address"]).await.expect("a connection");
    stream.write_all(b"GET / HTTP/1.1\r\n\r\n").await.expect("a request");
    let mut said = [0; 12];
    stream.read_exact(&mut said).await.expect("a reply");
    assert_eq!(&said, b"HTTP/1.1 503");
    assert_eq!(links.struck("f", &fault).await, [TargetStruck::counted("nodes-1", 1, 1)]);
    // What is no HTTP passes unread.
    let mut stream = TcpStream::connect(&links.facts()["link.nodes.address"]).await.expect("a connection");
    stream.write_all(b"\x00hello\r\n\r\n").await.expect("some bytes");
    stream.read_exact(&mut said).await.expect("a reply");
    assert_eq!(&said, b"HTTP/1.1 200");
    assert_eq!(links.struck("f", &fault).await, [TargetStruck::counted("nodes-1", 1, 1)]);
}

#[tokio::test]
async fn a_server_that_is_not_ours_is_driven_and_put_right_by_whoever_comes_after_us() {
    let settings = Settings { host: "127.0.0.1".into(), port: 0, config: None, seed: 7 };
    let program = Program::start(&settings).await.expect("it starts");
    let (api, proxies) =
        (format!("http://{}", program.address().expect("an address")), program.proxies().clone());
    tokio::spawn(program.run(std::future::pending()));
    let upstream = server("one").await.to_string();
    let spec =
        Spec { name: "db".into(), listen: "127.0.0.1:0".into(), upstream, enabled: true, ..Spec::default() };
    let there = proxies.add(spec).await.expect("a proxy");

    let links = links(&format!("kind='none'\n[[stack.link]]\nname='database'\napi='{api}'\nproxy='db'"), "");
    links.lead(&Facts::new()).await.expect("they lead");
    assert_eq!(ask(&links.facts()["link.database.address"]).await.as_deref(), Some("one"));
    let fault = toxic("link='database'\ntype='latency'\nattributes={latency=1}");
    let at = links.foreign(&fault).expect("it is not ours");
    assert_eq!((at.api.as_str(), at.proxy.as_str()), (api.as_str(), "db"));

    links.apply("slow", &fault).await.expect("it lands");
    assert_eq!((there.toxics().len(), links.lost("slow", &fault).await), (1, None));
    assert_eq!(ask(&links.facts()["link.database.address"]).await.as_deref(), Some("one"));
    assert_eq!(links.struck("slow", &fault).await[0].tally.map(|tally| tally.struck), Some(1));
    let unheard = links.struck("another", &fault).await.remove(0);
    assert!(unheard.tally.is_none() && unheard.detail.is_some_and(|why| why.contains("does not count")));
    links.heal("slow", &fault).await.expect("it heals");
    assert!(
        there.toxics().is_empty()
            && links.lost("slow", &fault).await.is_some_and(|why| why.contains("removed"))
    );

    // What the sentinel and `heal` do with the journal's line.
    links.apply("slow", &fault).await.expect("it lands");
    let heal = Heal::Remove { api: at.api, proxy: at.proxy, name: "slow".into(), http: false };
    let left = [OpenFault {
        id: "slow".into(),
        occurrence: 0,
        fault: "toxic".into(),
        targets: vec![],
        heal: vec![heal],
        applied: true,
    }];
    let (healed, again) = tokio::task::spawn_blocking(move || {
        assert_eq!(foreign::left(&left).len(), 1);
        let (mut report, mut again) = (HealReport::default(), HealReport::default());
        foreign::remove(&left, &mut report);
        assert_eq!(foreign::left(&left), [] as [&str; 0]);
        foreign::remove(&left, &mut again);
        (report, again)
    })
    .await
    .expect("it heals");
    assert!(healed.did.len() == 1 && healed.did[0].contains("slow"), "{healed:?}");
    assert_eq!((again, there.toxics().len()), (HealReport::default(), 0));
}
