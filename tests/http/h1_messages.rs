//! HTTP/1.1: what is on the wire, and every way to delimit a body.

use crate::support::*;
use shakedown::event::Sent;
use shakedown::http::{ClientConfig, Request};
use tokio::io::AsyncWriteExt;

#[test]
fn the_request_is_on_the_wire_as_it_should() {
    run(async {
        let (origin, counts) = serve(|mut peer| async move {
            while let Some(request) = peer.request().await {
                let text = String::from_utf8(request).expect("text");
                peer.ok(&text).await;
            }
        })
        .await;
        let user = user(ClientConfig::default());
        let headers = vec![("X-One".to_string(), "1".to_string())];
        let request = Request { method: "PUT", path: "/a?b=c".to_string(), headers, body: b"hello".to_vec() };
        let exchange = user.send(&origin, &request, LONG).await;
        let expected = format!(
            "PUT /a?b=c HTTP/1.1\r\nHost: {}\r\nX-One: 1\r\nContent-Length: 5\r\n\r\nhello",
            origin.authority()
        );
        assert_eq!(answer(&exchange), (200, expected));
        assert_eq!(exchange.sent_state, Sent::All);
        assert_eq!(counts.requests.get(), 1);
    });
}

#[test]
fn large_bodies_go_both_ways() {
    run(async {
        let (origin, counts) = serve(|mut peer| async move {
            while let Some(request) = peer.request().await {
                let body = &request[request.len() - 5_000_000..];
                peer.say("HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n").await;
                peer.tcp.write_all(body).await.expect("the client reads");
            }
        })
        .await;
        let user = user(ClientConfig::default());
        let body: Vec<u8> = (0..5_000_000u32).map(|place| (place % 251) as u8).collect();
        for _ in 0..2 {
            let exchange = user.send(&origin, &post(body.clone()), LONG).await;
            assert!(exchange.bytes > 5_000_000 && exchange.sent_state == Sent::All);
            assert!(exchange.result.expect("response").body == body);
        }
        assert_eq!((counts.connections.get(), counts.requests.get()), (1, 2));
    });
}

#[test]
fn a_chunked_body_may_come_a_byte_at_a_time() {
    run(async {
        let (origin, counts) = serve(|mut peer| async move {
            while peer.request().await.is_some() {
                let text = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n\
                    HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n4;e=1\r\nWiki\r\n5\r\npedia\r\n0\r\nT: 1\r\n\r\n";
                for byte in text.bytes() {
                    peer.tcp.write_all(&[byte]).await.expect("the client reads");
                    tokio::task::yield_now().await;
                }
            }
        })
        .await;
        let user = user(ClientConfig::default());
        for _ in 0..3 {
            assert_eq!(answer(&user.get(&origin).await), (201, "Wikipedia".to_string()));
        }
        assert_eq!((counts.connections.get(), counts.requests.get()), (1, 3), "the connection was kept");
    });
}

#[test]
fn responses_without_a_body_leave_the_connection_in_step() {
    run(async {
        let (origin, counts) = serve(|mut peer| async move {
            while let Some(request) = peer.request().await {
                let reply = match request.split(|byte| *byte == b' ').nth(1).unwrap_or_default() {
                    b"/204" => "HTTP/1.1 204 No Content\r\n\r\n",
                    b"/304" => "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n",
                    b"/head" => "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n",
                    _ => "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody",
                };
                peer.say(reply).await;
            }
        })
        .await;
        let user = user(ClientConfig::default());
        let head = Request { method: "HEAD", ..get("/head") };
        for (request, status, body) in
            [(get("/204"), 204, ""), (get("/304"), 304, ""), (head, 200, ""), (get("/"), 200, "body")]
        {
            assert_eq!(answer(&user.send(&origin, &request, LONG).await), (status, body.to_string()));
        }
        assert_eq!((counts.connections.get(), counts.requests.get()), (1, 4));
    });
}

#[test]
fn a_body_may_end_with_the_connection() {
    run(async {
        let (origin, counts) = serve(|mut peer| async move {
            peer.request().await;
            peer.say("HTTP/1.1 200 OK\r\n\r\nuntil the ").await;
            settle().await;
            peer.say("end").await;
        })
        .await;
        let user = user(ClientConfig::default());
        for _ in 0..3 {
            assert_eq!(answer(&user.get(&origin).await), (200, "until the end".to_string()));
        }
        assert_eq!((counts.connections.get(), counts.requests.get()), (3, 3));
    });
}

#[test]
fn an_answer_before_the_body_was_read_is_the_answer() {
    run(async {
        let (origin, counts) = serve(|mut peer| async move {
            if peer.number == 0 {
                peer.head().await;
                peer.say("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig").await;
                std::future::pending::<()>().await;
            }
            while peer.request().await.is_some() {
                peer.ok("fine").await;
            }
        })
        .await;
        let user = user(ClientConfig::default());
        let exchange = user.send(&origin, &post(vec![0; 32 << 20]), LONG).await;
        assert_eq!(answer(&exchange), (413, "big".to_string()));
        assert_eq!(exchange.sent_state, Sent::Part);
        assert_eq!(answer(&user.get(&origin).await).1, "fine", "the half-used connection is not used again");
        assert_eq!(counts.connections.get(), 2);
    });
}
