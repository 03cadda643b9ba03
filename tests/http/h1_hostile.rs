//! HTTP/1.1: servers that fail us. Each time: the right class, the right state of the request, and no second request.

use crate::support::*;
use shakedown::event::{ErrorKind, Nanos, Sent};
use shakedown::http::ClientConfig;
use std::rc::Rc;

#[test]
fn one_that_never_answers_times_out() {
    run(async {
        let (origin, counts) = serve(|mut peer| async move {
            peer.request().await;
            peer.hold().await;
        })
        .await;
        let user = user(ClientConfig::default());
        let begun = user.clock.now();
        let exchange = user.send(&origin, &get("/"), SHORT).await;
        assert_eq!(trouble(&exchange), (ErrorKind::Timeout, Sent::All, None));
        assert!(exchange.end >= begun + SHORT && exchange.first_byte.is_none());
        settle().await;
        assert_eq!(counts.requests.get(), 1);
    });
}

#[test]
fn one_that_never_even_reads_gets_part_of_it() {
    run(async {
        let (origin, _) = serve(|peer| async move {
            let _held = peer;
            std::future::pending::<()>().await;
        })
        .await;
        let user = user(ClientConfig::default());
        let exchange = user.send(&origin, &post(vec![0; 64 << 20]), SHORT).await;
        assert_eq!(trouble(&exchange), (ErrorKind::Timeout, Sent::Part, None));
    });
}

#[test]
fn one_that_resets_every_connection_is_seen_as_such() {
    run(async {
        let (origin, counts) = serve(|peer| async move { peer.reset() }).await;
        let user = user(ClientConfig::default());
        for _ in 0..20 {
            let exchange = user.get(&origin).await;
            assert_eq!(trouble(&exchange).0, ErrorKind::Reset, "{exchange:?}");
        }
        assert_eq!((counts.connections.get(), counts.requests.get()), (20, 0));
    });
}

#[test]
fn one_that_resets_after_the_request_may_have_acted() {
    run(async {
        let (origin, counts) = serve(|mut peer| async move {
            peer.request().await;
            peer.reset();
        })
        .await;
        let user = user(ClientConfig::default());
        for _ in 0..20 {
            assert_eq!(trouble(&user.get(&origin).await), (ErrorKind::Reset, Sent::All, None));
        }
        assert_eq!(counts.requests.get(), 20);
    });
}

#[test]
fn half_a_response_is_none() {
    run(async {
        let (origin, counts) = serve(|mut peer| async move {
            peer.request().await;
            let half = match peer.number {
                0 => "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello",
                1 => "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
                2 => "HTTP/1.1 200 OK\r\nContent-Le",
                _ => "HTTP/1.1 503 Unavailable\r\nContent-Length: 10\r\n\r\nhello",
            };
            peer.say(half).await;
            settle().await;
            if peer.number == 3 {
                peer.reset();
            }
        })
        .await;
        let user = user(ClientConfig::default());
        for status in [Some(200), Some(200), None, Some(503)] {
            let exchange = user.get(&origin).await;
            assert_eq!(trouble(&exchange), (ErrorKind::Reset, Sent::All, status));
            assert!(exchange.first_byte.is_some() && exchange.bytes > 0);
        }
        assert_eq!((counts.connections.get(), counts.requests.get()), (4, 4));
    });
}

#[test]
fn a_trickle_ends_at_the_timeout_with_its_status() {
    run(async {
        let (origin, _) = serve(|mut peer| async move {
            peer.request().await;
            peer.say("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n").await;
            loop {
                if tokio::io::AsyncWriteExt::write_all(&mut peer.tcp, b"x").await.is_err() {
                    return;
                }
                tokio::time::sleep(SHORT / 10).await;
            }
        })
        .await;
        let user = user(ClientConfig::default());
        let exchange = user.send(&origin, &get("/"), SHORT).await;
        assert_eq!(trouble(&exchange), (ErrorKind::Timeout, Sent::All, Some(200)));
        assert!(exchange.first_byte.is_some());
    });
}

#[test]
fn what_breaks_the_protocol_or_a_limit_is_named() {
    run(async {
        let replies = [
            ("SSH-2.0-OpenSSH\r\n".to_string(), None, "not an HTTP/1.1 response"),
            ("HTTP/1.1 101 Switching Protocols\r\n\r\n".to_string(), None, "101"),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n".to_string(),
                None,
                "two lengths",
            ),
            (format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(5000)), None, "head is larger than 4096"),
            (format!("HTTP/1.1 200 OK\r\n{}\r\n", "X: y\r\n".repeat(200)), None, "header fields"),
            ("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n".to_string(), Some(200), "larger than 1000"),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n".to_string(),
                Some(200),
                "larger than 1000",
            ),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n".to_string(), Some(200), "chunk"),
            (format!("HTTP/1.1 200 OK\r\n\r\n{}", "x".repeat(1001)), Some(200), "larger than 1000"),
        ];
        let count = replies.len();
        let replies = Rc::new(replies);
        let texts = replies.clone();
        let (origin, counts) = serve(move |mut peer| {
            let text = texts[peer.number as usize].0.clone();
            async move {
                peer.request().await;
                let _ = tokio::io::AsyncWriteExt::write_all(&mut peer.tcp, text.as_bytes()).await;
                peer.hold().await;
            }
        })
        .await;
        let user = user(ClientConfig { max_body: 1000, max_head: 4096, ..ClientConfig::default() });
        for (text, status, word) in replies.iter() {
            let exchange = user.get(&origin).await;
            assert_eq!(trouble(&exchange), (ErrorKind::Protocol, Sent::All, *status), "{text:?}");
            let detail = exchange.result.expect_err("trouble").detail;
            assert!(detail.contains(word), "{text:?}: {detail}");
        }
        assert_eq!((counts.connections.get(), counts.requests.get()), (count as u32, count as u32));
    });
}

#[test]
fn a_request_that_cannot_be_made_is_not_sent() {
    run(async {
        let (origin, counts) = serve(|peer| peer.hold()).await;
        let user = user(ClientConfig::default());
        let exchange = user.send(&origin, &get("/a b"), LONG).await;
        assert_eq!(trouble(&exchange), (ErrorKind::Request, Sent::Nothing, None));
        settle().await;
        assert_eq!(counts.connections.get(), 0);
    });
}

#[test]
fn a_cut_ends_what_is_in_flight_and_lets_nothing_begin() {
    run(async {
        let (origin, counts) = serve(|mut peer| async move {
            peer.request().await;
            if peer.number == 1 {
                peer.say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello").await;
            }
            peer.hold().await;
        })
        .await;
        let user = Rc::new(user(ClientConfig::default()));
        let (silent, (refusing, _)) = (backlogged().await, listener().await);
        drop(refusing);
        let mut tasks = Vec::new();
        for origin in [&origin, &origin, &silent.1] {
            let (user, origin) = (user.clone(), origin.clone());
            tasks.push(tokio::task::spawn_local(async move { user.get(&origin).await }));
            settle().await;
        }
        user.client.cut();
        let mut ends = Vec::new();
        for (task, expected) in
            tasks.into_iter().zip([(Sent::All, None), (Sent::All, Some(200)), (Sent::Nothing, None)])
        {
            let exchange = task.await.expect("ended");
            assert_eq!(trouble(&exchange), (ErrorKind::InFlight, expected.0, expected.1));
            ends.push(exchange.end);
        }
        assert!(ends.iter().all(|end| *end < Nanos::from(LONG)));
        assert_eq!(trouble(&user.get(&origin).await), (ErrorKind::InFlight, Sent::Nothing, None));
        settle().await;
        assert_eq!((counts.connections.get(), counts.requests.get()), (2, 2));
    });
}
