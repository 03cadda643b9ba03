//! HTTP/2: many exchanges on one connection, and servers that refuse, leave or break.

use crate::support::*;
use crate::tls::{World, named};
use bytes::Bytes;
use h2::Reason;
use h2::server::{Builder, SendResponse};
use shakedown::event::{ErrorKind, Sent};
use shakedown::http::{ClientConfig, Origin, Request, Version};
use std::cell::Cell;
use std::rc::Rc;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

type Incoming = (http::Request<h2::RecvStream>, SendResponse<Bytes>);

fn config() -> ClientConfig {
    ClientConfig { version: Version::Http2, max_body: 10_000_000, ..ClientConfig::default() }
}

/// Speaks HTTP/2 on a connection; `each` answers a request.
async fn speak<T, F, W>(io: T, counts: Counts, streams: u32, each: F)
where
    T: AsyncRead + AsyncWrite + Unpin,
    F: Fn(Incoming) -> W,
    W: Future<Output = ()> + 'static,
{
    let Ok(mut connection) = Builder::new().max_concurrent_streams(streams).handshake(io).await else {
        return;
    };
    while let Some(Ok(incoming)) = connection.accept().await {
        counts.requests.set(counts.requests.get() + 1);
        tokio::task::spawn_local(each(incoming));
    }
}

/// Reads the request's body and sends it back, or its path if it has none.
async fn echo((request, mut respond): Incoming) {
    let (head, mut body) = request.into_parts();
    let mut data = Vec::new();
    while let Some(piece) = body.data().await {
        let Ok(piece) = piece else { return };
        let _ = body.flow_control().release_capacity(piece.len());
        data.extend_from_slice(&piece);
    }
    if data.is_empty() {
        data = format!("{} {}", head.method, head.uri).into_bytes();
    }
    let response = http::Response::builder().status(200).header("x-one", "1").body(()).expect("response");
    let Ok(mut stream) = respond.send_response(response, false) else { return };
    let mut rest = Bytes::from(data);
    while !rest.is_empty() {
        stream.reserve_capacity(rest.len());
        let Some(Ok(room)) = std::future::poll_fn(|cx| stream.poll_capacity(cx)).await else { return };
        let _ = stream.send_data(rest.split_to(room.min(rest.len())), false);
    }
    let _ = stream.send_trailers(http::HeaderMap::new());
}

async fn echoing(streams: u32) -> (Origin, Counts) {
    serve(move |peer| speak(peer.tcp, peer.counts, streams, echo)).await
}

#[test]
fn many_exchanges_share_a_connection() {
    run(async {
        let (origin, counts) = echoing(100).await;
        let user = Rc::new(user(config()));
        let tasks: Vec<_> = (0..80)
            .map(|number| {
                let (user, origin) = (user.clone(), origin.clone());
                tokio::task::spawn_local(async move {
                    let path = format!("/{number}?x");
                    let exchange = user.send(&origin, &get(&path), LONG).await;
                    let expected = format!("GET http://{}{path}", origin.authority());
                    assert_eq!(answer(&exchange), (200, expected));
                    assert_eq!(exchange.sent_state, Sent::All);
                    assert_eq!(exchange.result.expect("response").headers.get("X-One"), Some("1"));
                })
            })
            .collect();
        for task in tasks {
            task.await.expect("fine");
        }
        assert_eq!((counts.connections.get(), counts.requests.get()), (1, 80));
    });
}

#[test]
fn a_server_gets_no_more_at_once_than_it_allows() {
    run(async {
        let (now, most) = (Rc::new(Cell::new(0u32)), Rc::new(Cell::new(0u32)));
        let peak = most.clone();
        let (origin, counts) = serve(move |peer| {
            let (now, most) = (now.clone(), most.clone());
            speak(peer.tcp, peer.counts, 3, move |incoming| {
                let (now, most) = (now.clone(), most.clone());
                async move {
                    now.set(now.get() + 1);
                    most.set(most.get().max(now.get()));
                    settle().await;
                    now.set(now.get() - 1);
                    echo(incoming).await;
                }
            })
        })
        .await;
        let user = Rc::new(user(config()));
        let tasks: Vec<_> = (0..20)
            .map(|_| {
                let (user, origin) = (user.clone(), origin.clone());
                tokio::task::spawn_local(async move { answer(&user.get(&origin).await).0 })
            })
            .collect();
        for task in tasks {
            assert_eq!(task.await.expect("ended"), 200, "none was refused");
        }
        assert_eq!(counts.requests.get(), 20);
        let connections = counts.connections.get();
        assert!((2..=7).contains(&connections), "{connections} connections");
        assert!(peak.get() <= connections * 3, "{} at once", peak.get());
    });
}

#[test]
fn large_bodies_pass_flow_control_both_ways() {
    run(async {
        let (origin, counts) = echoing(10).await;
        let user = user(config());
        let body: Vec<u8> = (0..9_000_000u32).map(|place| (place % 251) as u8).collect();
        for _ in 0..2 {
            let exchange = user.send(&origin, &post(body.clone()), LONG).await;
            assert_eq!(exchange.sent_state, Sent::All);
            assert!(exchange.result.expect("response").body == body);
        }
        let exchange = user.send(&origin, &post(vec![1; 10_000_001]), LONG).await;
        assert_eq!(trouble(&exchange), (ErrorKind::Protocol, Sent::All, Some(200)), "over the limit");
        assert_eq!((counts.connections.get(), counts.requests.get()), (1, 3));
    });
}

#[test]
fn refused_streams_were_not_processed_and_other_resets_may_have_been() {
    run(async {
        let (origin, counts) = serve(|peer| {
            speak(peer.tcp, peer.counts, 10, |(request, mut respond): Incoming| async move {
                let refused = request.uri().path() == "/refused";
                respond.send_reset(if refused { Reason::REFUSED_STREAM } else { Reason::INTERNAL_ERROR });
            })
        })
        .await;
        let user = user(config());
        let exchange = user.send(&origin, &get("/refused"), LONG).await;
        assert_eq!(trouble(&exchange), (ErrorKind::NotProcessed, Sent::All, None));
        let exchange = user.send(&origin, &get("/broken"), LONG).await;
        assert_eq!(trouble(&exchange), (ErrorKind::Reset, Sent::All, None));
        settle().await;
        assert_eq!((counts.connections.get(), counts.requests.get()), (1, 2), "nothing was sent again");
    });
}

/// A frame of HTTP/2.
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() as u32).to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// By hand: says `settings`, waits for `streams` requests, then says `then` and closes or holds.
async fn by_hand(mut peer: Peer, streams: u32, then: Vec<u8>, hold: bool) {
    let mut preface = [0; 24];
    peer.tcp.read_exact(&mut preface).await.expect("preface");
    peer.tcp.write_all(&frame(4, 0, 0, &[])).await.expect("settings");
    let mut seen = 0;
    while seen < streams {
        let mut head = [0; 9];
        peer.tcp.read_exact(&mut head).await.expect("frame");
        let mut payload = vec![0; u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize];
        peer.tcp.read_exact(&mut payload).await.expect("frame");
        seen += u32::from(head[3] == 1);
    }
    peer.counts.requests.set(peer.counts.requests.get() + seen);
    let _ = peer.tcp.write_all(&then).await;
    if hold {
        peer.hold().await;
    }
}

#[test]
fn goaway_tells_what_was_not_processed() {
    run(async {
        // The last stream it processed is 1: of streams 1 and 3 only the second is known to have had no effect.
        let (origin, counts) = serve(|peer| async move {
            if peer.number == 0 {
                let goaway = frame(7, 0, 0, &[0, 0, 0, 1, 0, 0, 0, 0]);
                by_hand(peer, 2, goaway, false).await;
            } else {
                speak(peer.tcp, peer.counts, 10, echo).await;
            }
        })
        .await;
        let user = user(config());
        let (first, second) = tokio::join!(user.get(&origin), user.get(&origin));
        assert_eq!(trouble(&first), (ErrorKind::Reset, Sent::All, None));
        assert_eq!(trouble(&second), (ErrorKind::NotProcessed, Sent::All, None));
        assert_eq!(answer(&user.get(&origin).await).0, 200, "the next request takes another connection");
        assert_eq!((counts.connections.get(), counts.requests.get()), (2, 3));
    });
}

#[test]
fn a_connection_taking_its_leave_gets_no_new_request() {
    run(async {
        let (origin, counts) = serve(|peer| async move {
            if peer.number == 0 {
                let goaway = frame(7, 0, 0, &[0, 0, 0, 1, 0, 0, 0, 0]);
                by_hand(peer, 1, goaway, true).await;
            } else {
                speak(peer.tcp, peer.counts, 10, echo).await;
            }
        })
        .await;
        let user = user(config());
        let root = get("/");
        let waiting = user.send(&origin, &root, SHORT * 4);
        let later = async {
            while counts.requests.get() == 0 {
                tokio::task::yield_now().await;
            }
            settle().await;
            user.get(&origin).await
        };
        let (first, second) = tokio::join!(waiting, later);
        assert_eq!(trouble(&first), (ErrorKind::Timeout, Sent::All, None), "stream 1 may still be answered");
        assert_eq!(answer(&second).0, 200);
        assert_eq!((counts.connections.get(), counts.requests.get()), (2, 2));
    });
}

#[test]
fn a_connection_that_breaks_takes_its_exchanges_with_it() {
    run(async {
        let (origin, counts) = serve(|peer| async move {
            if peer.number == 0 {
                by_hand(peer, 2, Vec::new(), false).await;
            } else {
                speak(peer.tcp, peer.counts, 10, echo).await;
            }
        })
        .await;
        let user = user(config());
        let (first, second) = tokio::join!(user.get(&origin), user.get(&origin));
        for exchange in [first, second] {
            assert_eq!(trouble(&exchange), (ErrorKind::Reset, Sent::All, None));
        }
        assert_eq!(answer(&user.get(&origin).await).0, 200);
        assert_eq!((counts.connections.get(), counts.requests.get()), (2, 3));
    });
}

#[test]
fn a_connection_that_closed_while_idle_costs_no_request_unless_they_crossed() {
    run(async {
        // Each connection is closed without a GOAWAY when told to.
        let close = Rc::new(tokio::sync::Notify::new());
        let told = close.clone();
        let (origin, counts) = serve(move |peer| {
            let told = told.clone();
            async move {
                tokio::select! { () = told.notified() => {}, () = speak(peer.tcp, peer.counts, 10, echo) => {} }
            }
        })
        .await;
        let user = user(config());
        let (mut good, mut crossed) = (0, 0);
        for turn in 0..400 {
            let exchange = user.get(&origin).await;
            match exchange.result {
                Ok(_) => good += 1,
                Err(_) => {
                    assert_eq!(trouble(&exchange), (ErrorKind::Reset, Sent::All, None), "after {turn} turns");
                    crossed += 1;
                }
            }
            close.notify_waiters();
            for _ in 0..turn {
                tokio::task::yield_now().await;
            }
        }
        assert!(good >= 200, "{good} good, {crossed} crossed a close");
        assert_eq!(counts.requests.get(), good);
    });
}

#[test]
fn a_close_seen_before_anything_was_written_is_no_trouble() {
    run(async {
        // The server rings a bell and closes in one breath: the client hears both in the same look at its sockets, the bell
        // first, and so opens a stream on a connection that turns out to be closed before the stream is written.
        let (bells, _) = listener().await;
        let mut bell =
            tokio::net::TcpStream::connect(bells.local_addr().expect("address")).await.expect("connected");
        let ringer = Rc::new(bells.accept().await.expect("accepted").0);
        let ring = Rc::new(tokio::sync::Notify::new());
        let told = ring.clone();
        let (origin, counts) = serve(move |peer| {
            let (told, ringer) = (told.clone(), ringer.clone());
            let close = async move {
                told.notified().await;
                ringer.try_write(b"!").expect("written");
            };
            async move {
                tokio::select! { () = close => {}, () = speak(peer.tcp, peer.counts, 10, echo) => {} }
            }
        })
        .await;
        let user = user(config());
        for _ in 0..20 {
            assert_eq!(answer(&user.get(&origin).await).0, 200);
            settle().await;
            ring.notify_waiters();
            bell.read_u8().await.expect("rings");
        }
        assert_eq!((counts.connections.get(), counts.requests.get()), (20, 20));
    });
}

#[test]
fn timeouts_and_cuts_end_a_stream_and_spare_the_connection() {
    run(async {
        let (origin, counts) = serve(|peer| {
            speak(peer.tcp, peer.counts, 10, |incoming: Incoming| async move {
                if incoming.0.uri().path() == "/never" {
                    std::future::pending::<()>().await;
                }
                echo(incoming).await;
            })
        })
        .await;
        let user = user(config());
        let never = get("/never");
        assert_eq!(trouble(&user.send(&origin, &never, SHORT).await), (ErrorKind::Timeout, Sent::All, None));
        assert_eq!(answer(&user.get(&origin).await).0, 200);
        assert_eq!(counts.connections.get(), 1);
        let cut = async {
            settle().await;
            user.client.cut();
        };
        let (exchange, ()) = tokio::join!(user.send(&origin, &never, LONG), cut);
        assert_eq!(trouble(&exchange), (ErrorKind::InFlight, Sent::All, None));
        assert_eq!(trouble(&user.get(&origin).await), (ErrorKind::InFlight, Sent::Nothing, None));
        assert_eq!(counts.requests.get(), 3);
    });
}

#[test]
fn servers_that_speak_something_else_or_nothing() {
    run(async {
        let user = user(ClientConfig { connect_timeout: SHORT, ..config() });
        let (h1, _) = serve(|mut peer| async move {
            peer.say("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n").await;
            peer.hold().await;
        })
        .await;
        let exchange = user.get(&h1).await;
        assert_eq!(trouble(&exchange), (ErrorKind::Protocol, Sent::Nothing, None));
        let (silent, _) = serve(|peer| peer.hold()).await;
        let exchange = user.get(&silent).await;
        assert_eq!(trouble(&exchange), (ErrorKind::Connect, Sent::Nothing, None));
        assert!(exchange.result.expect_err("trouble").detail.contains("settings"));
        let (closing, counts) = serve(|peer| async move { drop(peer) }).await;
        assert_eq!(trouble(&user.get(&closing).await), (ErrorKind::Connect, Sent::Nothing, None));
        assert_eq!(counts.connections.get(), 1);
        let (listener, refusing) = listener().await;
        drop(listener);
        assert_eq!(trouble(&user.get(&refusing).await), (ErrorKind::Refused, Sent::Nothing, None));
    });
}

#[test]
fn a_burst_at_a_dead_server_ends_within_the_connect_timeout() {
    run(async {
        let (origin, _) = serve(|peer| peer.hold()).await;
        let user = Rc::new(user(ClientConfig { connect_timeout: SHORT, ..config() }));
        let tasks: Vec<_> = (0..30)
            .map(|_| {
                let (user, origin) = (user.clone(), origin.clone());
                tokio::task::spawn_local(async move { user.get(&origin).await })
            })
            .collect();
        for task in tasks {
            let exchange = task.await.expect("ended");
            assert_eq!(trouble(&exchange), (ErrorKind::Connect, Sent::Nothing, None));
        }
    });
}

#[test]
fn over_tls_the_version_is_agreed_on() {
    run(async {
        let world = World::new();
        let acceptor = world.acceptor(&["h2"], false);
        let (origin, counts) = serve(move |peer| {
            let acceptor = acceptor.clone();
            async move {
                if let Ok(tls) = acceptor.accept(peer.tcp).await {
                    speak(tls, peer.counts, 10, echo).await;
                }
            }
        })
        .await;
        let agreed = user(world.config(Version::Http2, false));
        for _ in 0..3 {
            let exchange = agreed.get(&named(&origin, "shop.test")).await;
            assert_eq!(answer(&exchange).1, format!("GET https://shop.test:{}/", origin.port));
            assert_eq!(exchange.sent_state, Sent::All);
        }
        assert_eq!((counts.connections.get(), counts.requests.get()), (1, 3));
        let older = user(world.config(Version::Http1, false));
        assert_eq!(
            trouble(&older.get(&named(&origin, "shop.test")).await),
            (ErrorKind::Tls, Sent::Nothing, None)
        );
        let acceptor = world.acceptor(&[], false);
        let (mute, _) = serve(move |peer| {
            let acceptor = acceptor.clone();
            async move {
                let _held = acceptor.accept(peer.tcp).await;
                std::future::pending::<()>().await;
            }
        })
        .await;
        assert_eq!(
            trouble(&agreed.get(&named(&mute, "shop.test")).await),
            (ErrorKind::Tls, Sent::Nothing, None)
        );
    });
}

#[test]
fn a_request_that_http2_cannot_carry_is_not_sent() {
    run(async {
        let (origin, counts) = echoing(10).await;
        let user = user(config());
        let headers = vec![("Connection".to_string(), "close".to_string())];
        let request = Request { headers, ..get("/") };
        let exchange = user.send(&origin, &request, LONG).await;
        assert_eq!(trouble(&exchange), (ErrorKind::Request, Sent::Nothing, None));
        settle().await;
        assert_eq!(counts.connections.get(), 0);
    });
}
