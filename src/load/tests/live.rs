//! The plan's flows against a real socket: that the pieces fit.

use super::fakes::Kept;
use crate::event::{Attempt, Clock, ErrorKind, LoadEvent, Nanos, Outcome, StepId};
use crate::flow::{Globals, Program};
use crate::load::{Engine, LoadReport, Sinks};
use crate::plan::Plan;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Answers every request with 200 and its own name, except that it never answers `/never`.
struct Server {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
    requests: Arc<AtomicUsize>,
}

impl Server {
    fn start() -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("bound");
        let (connections, requests) = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
        let counts = (connections.clone(), requests.clone());
        std::thread::spawn(move || {
            for socket in listener.incoming().map_while(Result::ok) {
                counts.0.fetch_add(1, Ordering::SeqCst);
                let requests = counts.1.clone();
                std::thread::spawn(move || serve(socket, &requests));
            }
        });
        Server { address, connections, requests }
    }
}

fn serve(mut socket: TcpStream, requests: &AtomicUsize) {
    let mut head = Vec::new();
    let mut byte = [0];
    while socket.read_exact(&mut byte).is_ok() {
        head.push(byte[0]);
        if head.ends_with(b"\r\n\r\n") {
            requests.fetch_add(1, Ordering::SeqCst);
            let never = head.starts_with(b"GET /never");
            head.clear();
            if !never
                && socket.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Node: n-1\r\n\r\nok").is_err()
            {
                return;
            }
        }
    }
}

/// Runs a plan's load against a server until it ends, or until `cut` says so.
fn run(
    server: &Server,
    directory: &Path,
    text: &str,
    cut: impl Fn(&Engine),
) -> (LoadReport, Vec<Attempt>, Arc<Kept>) {
    let head =
        format!("name = 'x'\ntarget = {{ url = 'http://{}', instance_header = 'X-Node' }}\n", server.address);
    let plan: Plan = toml::from_str(&(head + text)).expect("a plan");
    let program = Program::compile(&plan, directory, &BTreeMap::new(), &|_| None).expect("compiles");
    let (kept, clock) = (Arc::new(Kept::default()), Clock::start());
    let instances = Arc::new(|name: &str| if name == "n-1" { 41 } else { 0 });
    let sinks = Sinks { batches: kept.clone(), events: kept.clone(), instances };
    let globals = Arc::new(Globals::default());
    let start = clock.now() + Nanos(20_000_000);
    let engine = Engine::start(&plan.load, plan.seed, Arc::new(program), globals, clock, start, sinks)
        .expect("starts");
    cut(&engine);
    (engine.join(), kept.rows(), kept)
}

#[test]
fn an_open_load_is_carried_out_and_recorded_in_full() {
    let server = Server::start();
    let (report, rows, kept) = run(
        &server,
        Path::new("."),
        "load = { rate = '100/s', for = '200ms', workers = 2 }
         flow = [{ name = 'f', step = [{ name = 'a', get = '/a', think = '3ms' }, { name = 'b', get = '/b' }] }]",
        |_| {},
    );
    assert_eq!((report.planned, report.started, report.dropped, report.failed), (20, 20, 0, None));
    assert_eq!(rows.len(), 40);
    assert_eq!(server.requests.load(Ordering::SeqCst), 40, "no request is sent twice");
    assert!(rows.iter().all(|row| row.good && row.outcome == Outcome::Ok && row.instance == Some(41)));
    let arrivals: Vec<&Attempt> = rows.iter().filter(|row| row.arrival).collect();
    assert!(arrivals.len() == 20 && arrivals.iter().all(|row| row.step == StepId(0)));
    assert!(rows.iter().all(|row| row.started >= row.intended && row.op >> 16 == row.session));
    assert!(kept.events().is_empty(), "{:?}", kept.events());
}

#[test]
fn what_was_in_flight_when_cut_is_indeterminate() {
    let server = Server::start();
    let (report, rows, kept) = run(
        &server,
        Path::new("."),
        "load = { rate = '200/s', for = '1h', workers = 1, grace = '1h' }
         flow = [{ name = 'f', step = [{ name = 'a', get = '/never' }] }]",
        |engine| {
            while server.requests.load(Ordering::SeqCst) < 5 {
                std::thread::yield_now();
            }
            engine.cut();
        },
    );
    assert_eq!(rows.len() as u64, report.planned);
    let cut: Vec<_> = rows.iter().filter(|row| row.error == ErrorKind::InFlight).collect();
    assert!(cut.len() >= 5 && cut.len() as u64 == report.in_flight_at_end);
    assert!(cut.iter().filter(|row| row.sent.is_some()).all(|row| row.outcome == Outcome::Indeterminate));
    assert!(kept.load_events().contains(&LoadEvent::InFlightAtEnd { count: report.in_flight_at_end }));
}

#[test]
fn closed_users_with_connections_of_their_own_keep_them() {
    let server = Server::start();
    let (report, rows, _) = run(
        &server,
        Path::new("."),
        "load = { model = 'closed', users = 4, iterations = 10, connections = 'per-user', workers = 2 }
         flow = [{ name = 'f', step = [{ name = 'a', get = '/a' }] }]",
        |_| {},
    );
    assert_eq!((report.started, rows.len()), (40, 40));
    assert_eq!(server.connections.load(Ordering::SeqCst), 4);
    let users: BTreeSet<u64> = rows.iter().map(|row| row.user).collect();
    assert_eq!(users, BTreeSet::from([0, 1, 2, 3]));
}

#[test]
fn arrivals_beyond_a_unique_feeder_are_recorded_as_such() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("cards.csv"), "card\n1\n2\n3\n").expect("written");
    let server = Server::start();
    let (report, rows, kept) = run(
        &server,
        folder.path(),
        "load = { rate = '100/s', for = '50ms', workers = 1 }
         feeder = [{ name = 'cards', file = 'cards.csv', order = 'unique' }]
         flow = [{ name = 'f', step = [{ name = 'a', get = '/${cards.card}' }] }]",
        |_| {},
    );
    assert_eq!((report.planned, report.started, report.dropped), (5, 3, 2));
    let dropped: Vec<u64> =
        rows.iter().filter(|row| row.error == ErrorKind::NoRow).map(|row| row.session).collect();
    assert_eq!(dropped, [3, 4]);
    assert_eq!(kept.load_events(), [LoadEvent::FeederExhausted { feeder: "cards".into() }]);
}
