//! The real client against a real socket: that the pieces fit.

use super::world::{Kept, compile, flow, plan};
use crate::event::{Clock, Outcome};
use crate::flow::{Ended, Globals, Runner, Start};
use std::io::{Read, Write};
use std::rc::Rc;
use std::sync::Arc;

#[test]
fn a_session_goes_over_the_wire() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("bound");
    let server = std::thread::spawn(move || {
        let (mut socket, _) = listener.accept().expect("a client");
        let mut heads = Vec::new();
        for body in ["{\"id\": 5}", "ok"] {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                socket.read_exact(&mut byte).expect("reads");
                head.push(byte[0]);
            }
            heads.push(String::from_utf8(head).expect("text"));
            write!(socket, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())
                .expect("writes");
        }
        heads
    });
    let mut plan = plan(&flow(&[
        "name='a', get='/first', extract={id='$.id'}, think='2ms'",
        "name='b', get='/then/${id}'",
    ]));
    plan.target.url = format!("http://{address}").parse().expect("a template");
    let program = Arc::new(compile(&plan, std::path::Path::new(".")).expect("compiles"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let kept = Rc::new(Kept::default());
    let clock = Clock::start();
    let ended = tokio::task::LocalSet::new().block_on(&runtime, async {
        let runner = Runner::new(program, clock, kept.clone(), Arc::new(Globals::default()));
        let pool = runner.pool();
        runner.session(Start { user: 1, session: 1, intended: clock.now(), pool: Some(&pool) }).await
    });
    assert_eq!(ended, Ended::Good);
    let heads = server.join().expect("serves");
    assert!(heads[0].starts_with("GET /first HTTP/1.1\r\n"), "{}", heads[0]);
    assert!(heads[1].starts_with("GET /then/5 HTTP/1.1\r\n"), "{}", heads[1]);
    let attempts = kept.attempts.borrow();
    assert_eq!(attempts.len(), 2);
    assert!(
        attempts
            .iter()
            .all(|a| a.good && a.outcome == Outcome::Ok && a.sent.is_some() && a.end >= a.intended)
    );
    assert!(attempts[1].started >= attempts[1].intended && attempts[1].intended > attempts[0].end);
}

#[test]
fn a_parallel_replay_really_overlaps_its_original() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("bound");
    let server = std::thread::spawn(move || {
        // Neither is answered before both have come, each on a connection of its own.
        let mut sockets: Vec<_> = (0..2).map(|_| listener.accept().expect("a client").0).collect();
        let mut heads = Vec::new();
        for socket in &mut sockets {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                socket.read_exact(&mut byte).expect("reads");
                head.push(byte[0]);
            }
            heads.push(String::from_utf8(head).expect("text"));
        }
        for socket in &mut sockets {
            write!(socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").expect("writes");
        }
        heads
    });
    let step = "name='a', post='/o', header={Idempotency-Key='${uuid:k}'}, replay={parallel='100%'}";
    let mut plan = plan(&flow(&[step]));
    plan.target.url = format!("http://{address}").parse().expect("a template");
    let program = Arc::new(compile(&plan, std::path::Path::new(".")).expect("compiles"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let kept = Rc::new(Kept::default());
    let clock = Clock::start();
    let ended = tokio::task::LocalSet::new().block_on(&runtime, async {
        let runner = Runner::new(program, clock, kept.clone(), Arc::new(Globals::default()));
        runner.session(Start { user: 1, session: 1, intended: clock.now(), pool: None }).await
    });
    assert_eq!(ended, Ended::Good);
    let heads = server.join().expect("serves");
    assert_eq!(heads[0], heads[1], "byte for byte, the key too");
    let attempts = kept.attempts.borrow();
    let original = attempts.iter().find(|a| a.replay_of.is_none()).expect("the original");
    let replay = attempts.iter().find(|a| a.replay_of.is_some()).expect("the replay");
    assert_eq!((replay.replay_of, original.reply), (Some(original.op), replay.reply));
    assert!(replay.sent < Some(original.end) && original.sent < Some(replay.end));
}
