//! What the fault proxy costs where no toxic is on it, against a bare `copy_bidirectional` relay: `cargo bench --bench proxy`.
//!
//! Both stand between the same client and the same server in the same round; every figure is a ratio. The demand: at most 1.3
//! times the relay's CPU for each small request, and at least its throughput by 1.3 on one stream.

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

mod relay;
mod work;

use shakedown::proxy::{Embedded, Spec};
use std::net::SocketAddr;

const LIMIT: f64 = 1.3;

fn main() {
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("proxy: nothing measured; use `cargo bench --bench proxy`");
        return;
    }
    let rounds = std::env::var("ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(7);
    let server = work::Server::start();
    let bare = relay::Relay::start(server.address);
    let engine = Embedded::start(7).expect("the proxy's thread");
    let plain = proxy(&engine, "plain", server.address, false);
    let http = proxy(&engine, "http", server.address, true);

    let mut ratios = [const { Vec::new() }; 4];
    for round in 1..=rounds {
        let (relay, ours, aware) = (work::bulk(bare.address), work::bulk(plain), work::bulk(http));
        ratios[0].push(relay / ours);
        ratios[1].push(relay / aware);
        println!(
            "round {round}: one stream: relay {relay:.2} GB/s, proxy {ours:.2}, proxy that knows HTTP {aware:.2}"
        );
        let (relay, ours, aware) = (
            work::requests(bare.address, "relay"),
            work::requests(plain, "proxy"),
            work::requests(http, "proxy"),
        );
        ratios[2].push(ours / relay);
        ratios[3].push(aware / relay);
        println!(
            "round {round}: CPU per request: relay {relay:.2} µs, proxy {ours:.2}, proxy that knows HTTP {aware:.2}"
        );
    }
    let names = [
        ("one stream, relay / proxy", true),
        ("one stream, relay / proxy that knows HTTP", false),
        ("CPU per small request, proxy / relay", true),
        ("CPU per small request, proxy that knows HTTP / relay", false),
    ];
    for ((name, demanded), ratios) in names.into_iter().zip(&mut ratios) {
        ratios.sort_by(f64::total_cmp);
        let median = ratios[ratios.len() / 2];
        let verdict = match (demanded, median <= LIMIT) {
            (false, _) => "",
            (true, true) => " (demanded: at most 1.3)",
            (true, false) => " (TOO MUCH: at most 1.3 is demanded)",
        };
        println!("{name}: {median:.2}{verdict}");
    }
}

fn proxy(engine: &Embedded, name: &str, upstream: SocketAddr, http: bool) -> SocketAddr {
    let spec = Spec {
        name: name.into(),
        listen: "127.0.0.1:0".into(),
        upstream: upstream.to_string(),
        enabled: true,
        http,
        ..Spec::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let proxy = engine.proxies().add(spec).await.expect("a proxy");
        proxy.view().await.spec.listen.parse().expect("an address")
    })
}
