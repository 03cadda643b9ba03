//! The fault proxy's one timed demand: a latency toxic is as exact under a thousand connections as it says.

use shakedown::proxy::{Embedded, Spec, Stream, Toxic};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

const CONNECTIONS: usize = 1_000;
const ASKS: usize = 5;
/// Odd: the median of the rounds is judged, since a virtual machine that stands still for some milliseconds once a minute spoils
/// the round that it stands still in. All are printed.
const ROUNDS: usize = 5;
const LATENCY: Duration = Duration::from_millis(100);

/// Gives back every byte.
async fn echo() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            stream.set_nodelay(true).expect("a socket");
            tokio::spawn(async move {
                while let Ok(byte) = stream.read_u8().await {
                    if stream.write_u8(byte).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    address
}

/// Round trips on a thousand connections, each asking at its own moment of every quarter of a second. Nobody asks before all
/// are connected: what a thousand new connections cost is no toxic's.
async fn round_trips(address: SocketAddr) -> Vec<Duration> {
    let all_connected = Arc::new(Barrier::new(CONNECTIONS));
    let mut users = JoinSet::new();
    for user in 0..CONNECTIONS {
        let all_connected = all_connected.clone();
        users.spawn(async move {
            let mut stream = TcpStream::connect(address).await.expect("a connection");
            stream.set_nodelay(true).expect("a socket");
            // The first exchange carries the making of both connections, all at once, and is left out.
            stream.write_u8(7).await.expect("a question");
            stream.read_u8().await.expect("an answer");
            all_connected.wait().await;
            tokio::time::sleep(Duration::from_micros(user as u64 * 250)).await;
            let mut took = Vec::with_capacity(ASKS);
            for _ in 0..ASKS {
                let began = Instant::now();
                stream.write_u8(7).await.expect("a question");
                stream.read_u8().await.expect("an answer");
                took.push(began.elapsed());
                tokio::time::sleep(Duration::from_millis(150)).await;
            }
            took
        });
    }
    let mut all: Vec<Duration> = users.join_all().await.into_iter().flatten().collect();
    all.sort();
    all
}

fn quantile(sorted: &[Duration], q: f64) -> f64 {
    let place = ((sorted.len() - 1) as f64 * q).round() as usize;
    sorted[place].as_secs_f64() * 1e3
}

#[test]
fn a_hundred_milliseconds_are_a_hundred_milliseconds_at_a_thousand_connections() {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    let raised = rustix::process::Rlimit { current: limit.maximum, ..limit };
    rustix::process::setrlimit(rustix::process::Resource::Nofile, raised)
        .expect("six file descriptors a user");
    let engine = Embedded::start(7).expect("a proxy");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let spec = Spec {
            name: "p".into(),
            listen: "127.0.0.1:0".into(),
            upstream: echo().await.to_string(),
            enabled: true,
            ..Spec::default()
        };
        let proxy = engine.proxies().add(spec).await.expect("a proxy");
        let address = proxy.view().await.spec.listen.parse().expect("an address");
        let mut p99s = Vec::new();
        for _ in 0..ROUNDS {
            let bare = round_trips(address).await;
            let toxic =
                Toxic::new("latency", Stream::Downstream).and_then(|toxic| toxic.with("latency", 100));
            proxy.add_toxic(toxic.expect("a toxic")).expect("it is added");
            let slow = round_trips(address).await;
            proxy.remove_toxic("latency_downstream").expect("it is removed");
            let without = quantile(&bare, 0.99);
            let (low, p50, p99) = (quantile(&slow, 0.0), quantile(&slow, 0.5), quantile(&slow, 0.99));
            println!(
                "without the toxic p99 {without:.2} ms; with it min {low:.2}, p50 {p50:.2}, p99 {p99:.2} ms"
            );
            assert!(low >= LATENCY.as_secs_f64() * 1e3, "the fastest took {low} ms");
            p99s.push(p99);
        }
        p99s.sort_by(f64::total_cmp);
        let p99 = p99s[ROUNDS / 2];
        assert!(p99 <= LATENCY.as_secs_f64() * 1e3 + 2.0, "median of the rounds' p99 {p99} ms of {p99s:?}");
    });
}
