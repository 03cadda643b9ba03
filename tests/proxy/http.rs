//! Faults that know HTTP, and everything that must pass them untouched.

use crate::support::{Server, bytes, exchange, peer, within};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A server that answers each head with `reply`, counts them, and keeps its connections.
async fn shop(reply: &'static str) -> (SocketAddr, Arc<AtomicUsize>) {
    let served = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&served);
    let (address, _task) = peer(move |mut stream| {
        let count = Arc::clone(&count);
        async move {
            let mut got = Vec::new();
            while stream.read_buf(&mut got).await.is_ok_and(|length| length > 0) {
                while let Some(end) = got.windows(4).position(|four| four == b"\r\n\r\n") {
                    let head = String::from_utf8_lossy(&got[..end]).to_ascii_lowercase();
                    let body = head
                        .lines()
                        .find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok())
                        .unwrap_or(0);
                    if got.len() < end + 4 + body {
                        break;
                    }
                    got.drain(..end + 4 + body);
                    count.fetch_add(1, Ordering::SeqCst);
                    if stream.write_all(reply.as_bytes()).await.is_err() {
                        return;
                    }
                }
            }
        }
    })
    .await;
    (address, served)
}

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// Reads a reply of known length.
async fn read(client: &mut TcpStream, length: usize) -> String {
    let mut got = vec![0; length];
    within("a reply", client.read_exact(&mut got)).await.expect("a reply");
    String::from_utf8(got).expect("text")
}

async fn ask(client: &mut TcpStream, text: &str) {
    client.write_all(text.as_bytes()).await.expect("a request");
}

const HTTP: &str = r#","http":true"#;

#[tokio::test]
async fn a_request_is_answered_in_the_upstreams_place() {
    let server = Server::start().await;
    let (upstream, served) = shop(OK).await;
    let address = server.proxy("p", upstream, HTTP).await;
    let rule = r#"{"name":"busy","path":"/orders","method":"post","status":503,"body":"{\"busy\":true}"}"#;
    let reply = server.ask("POST", "/proxies/p/http", rule).await;
    assert_eq!(
        (reply.status, reply.body.as_str()),
        (
            200,
            r#"{"name":"busy","path":"/orders","method":"post","body":"{\"busy\":true}","share":1.0,"status":503}"#
        )
    );
    let mut client = TcpStream::connect(address).await.expect("a connection");
    let busy = "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{\"busy\":true}";
    // On one connection, in turns: struck, spared, struck.
    ask(&mut client, "POST /orders/1 HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc").await;
    assert_eq!(read(&mut client, busy.len()).await, busy);
    ask(&mut client, "GET /orders HTTP/1.1\r\n\r\n").await;
    assert_eq!(read(&mut client, OK.len()).await, OK);
    ask(&mut client, "POST /orders HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
        .await;
    assert_eq!(read(&mut client, busy.len()).await, busy);
    assert_eq!(served.load(Ordering::SeqCst), 1);
    assert_eq!(server.metric("shakedown_proxy_requests_struck_total").await, 2);

    // Removed: the open connection is served again.
    assert_eq!(server.ask("DELETE", "/proxies/p/http/busy", "").await.status, 204);
    assert_eq!(server.ask("DELETE", "/proxies/p/http/busy", "").await.status, 404);
    ask(&mut client, "POST /orders HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc").await;
    assert_eq!(read(&mut client, OK.len()).await, OK);
}

#[tokio::test]
async fn a_reply_is_dropped_after_the_request_was_carried_out() {
    let server = Server::start().await;
    let (upstream, served) = shop(OK).await;
    let address = server.proxy("p", upstream, HTTP).await;
    server.ask("POST", "/proxies/p/http", r#"{"drop_reply":true}"#).await;
    let mut client = TcpStream::connect(address).await.expect("a connection");
    ask(&mut client, "POST /orders HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc").await;
    let mut got = Vec::new();
    let _ = within("the end", client.read_to_end(&mut got)).await;
    assert_eq!((got.as_slice(), served.load(Ordering::SeqCst)), (b"".as_slice(), 1));
}

#[tokio::test]
async fn a_delayed_reply_is_the_same_reply() {
    let server = Server::start().await;
    let (upstream, _) = shop(OK).await;
    let address = server.proxy("p", upstream, HTTP).await;
    server.ask("POST", "/proxies/p/http", r#"{"delay":20}"#).await;
    let mut client = TcpStream::connect(address).await.expect("a connection");
    for _ in 0..3 {
        ask(&mut client, "GET / HTTP/1.1\r\n\r\n").await;
        assert_eq!(read(&mut client, OK.len()).await, OK);
    }
}

#[tokio::test]
async fn toxics_work_behind_it() {
    let server = Server::start().await;
    let (upstream, _) = shop(OK).await;
    let address = server.proxy("p", upstream, HTTP).await;
    server.toxic("p", r#"{"type":"limit_data","attributes":{"bytes":30}}"#).await;
    let mut client = TcpStream::connect(address).await.expect("a connection");
    ask(&mut client, "GET / HTTP/1.1\r\n\r\n").await;
    let mut got = Vec::new();
    within("the end", client.read_to_end(&mut got)).await.expect("a proper end");
    assert_eq!(String::from_utf8_lossy(&got), OK[..30]);
}

#[tokio::test]
async fn pipelined_requests_all_get_their_replies() {
    let server = Server::start().await;
    let (upstream, served) = shop(OK).await;
    let address = server.proxy("p", upstream, HTTP).await;
    let five = "GET /a HTTP/1.1\r\n\r\n".repeat(5);
    let got = exchange(address, five.as_bytes()).await.expect("replies");
    assert_eq!(String::from_utf8_lossy(&got), OK.repeat(5));
    assert_eq!(served.load(Ordering::SeqCst), 5);
}

/// Whoever speaks this to that server gets this back.
async fn passes(request: &'static str, reply: &'static [u8]) {
    let (upstream, _task) = peer(move |mut stream| async move {
        let mut got = vec![0; request.len()];
        if stream.read_exact(&mut got).await.is_ok() && got == request.as_bytes() {
            let _ = stream.write_all(reply).await;
            let _ = stream.shutdown().await;
            let _ = stream.read(&mut [0]).await;
        }
    })
    .await;
    let server = Server::start().await;
    let address = server.proxy("p", upstream, HTTP).await;
    let got = exchange(address, request.as_bytes()).await.expect("a reply");
    assert_eq!(String::from_utf8_lossy(&got), String::from_utf8_lossy(reply), "{request}");
}

#[tokio::test]
async fn every_framing_passes_byte_for_byte() {
    for reply in [
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nTrailer: t\r\n\r\n"
            .as_bytes(),
        b"HTTP/1.0 200 OK\r\n\r\nuntil the end",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nnow \x00something else",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ncut short",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense",
        b"no HTTP at all",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and something unasked",
    ] {
        passes("GET / HTTP/1.1\r\nHost: x\r\n\r\n", reply).await;
    }
    for request in [
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "\x16\x03\x01 a hello of TLS, more or less",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nnonsense",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        "HEAD / HTTP/1.1\r\n\r\n",
        "CONNECT x:1 HTTP/1.1\r\n\r\nanything",
    ] {
        passes(request, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n").await;
    }
}

#[tokio::test]
async fn a_server_that_speaks_first_is_heard() {
    let (upstream, _task) = peer(|mut stream| async move {
        let _ = stream.write_all(b"220 ready\r\n").await;
        let mut got = [0; 4];
        let _ = stream.read_exact(&mut got).await;
        let _ = stream.write_all(&got).await;
    })
    .await;
    let server = Server::start().await;
    let address = server.proxy("p", upstream, HTTP).await;
    let mut client = TcpStream::connect(address).await.expect("a connection");
    assert_eq!(read(&mut client, 11).await, "220 ready\r\n");
    ask(&mut client, "QUIT").await;
    assert_eq!(read(&mut client, 4).await, "QUIT");
}

#[tokio::test]
async fn large_bodies_pass_whole() {
    let body = bytes(3_000_000);
    let size = body.len();
    let (upstream, _task) = peer(move |mut stream| async move {
        let mut got = Vec::new();
        let head = loop {
            if stream.read_buf(&mut got).await.unwrap_or(0) == 0 {
                return;
            }
            if let Some(end) = got.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
        };
        while got.len() < head + size {
            if stream.read_buf(&mut got).await.unwrap_or(0) == 0 {
                return;
            }
        }
        let reply = format!("HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n");
        let _ = stream.write_all(&[reply.as_bytes(), &got[head..]].concat()).await;
    })
    .await;
    let server = Server::start().await;
    let address = server.proxy("p", upstream, HTTP).await;
    let head = format!("POST / HTTP/1.1\r\nContent-Length: {size}\r\n\r\n");
    let got = exchange(address, &[head.as_bytes(), &body].concat()).await.expect("a reply");
    assert!(got.ends_with(&body) && got.len() < size + 100);
}
