//! What each toxic does on the wire, with real sockets. How long things take is checked by `tests/experiments` alone.

use crate::support::{Server, bytes, echo, exchange, peer, within};
use std::io::ErrorKind;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[tokio::test]
async fn without_toxics_nothing_changes() {
    let server = Server::start().await;
    let address = server.proxy("p", echo().await, "").await;
    let sent = bytes(3_000_000);
    assert!(exchange(address, &sent).await.expect("an echo") == sent);
    assert_eq!(server.metric("toxiproxy_proxy_received_bytes_total{direction=\"upstream\"").await, 3_000_000);
    assert_eq!(server.metric("toxiproxy_proxy_sent_bytes_total{direction=\"downstream\"").await, 3_000_000);
}

#[tokio::test]
async fn toxics_that_change_no_byte_change_none() {
    let server = Server::start().await;
    let upstream = echo().await;
    let sent = bytes(200_000);
    for (place, toxic) in [
        r#"{"type":"latency","attributes":{"latency":5,"jitter":5}}"#,
        r#"{"type":"bandwidth","attributes":{"rate":20000}}"#,
        r#"{"type":"slicer","attributes":{"average_size":1000,"size_variation":300}}"#,
        r#"{"type":"slow_close","attributes":{"delay":5}}"#,
        r#"{"type":"limit_data","attributes":{"bytes":1000000}}"#,
        r#"{"type":"fail_first"}"#,
        r#"{"type":"timeout","toxicity":0}"#,
    ]
    .iter()
    .enumerate()
    {
        let name = format!("p{place}");
        let address = server.proxy(&name, upstream, "").await;
        server.toxic(&name, toxic).await;
        server.toxic(&name, &toxic.replace(r#""type""#, r#""stream":"upstream","type""#)).await;
        assert!(exchange(address, &sent).await.expect(toxic) == sent, "{toxic}");
    }
}

#[tokio::test]
async fn a_half_close_is_kept() {
    // The upstream answers only once the client has said all: through a proxy that closes both ways it could not.
    let (upstream, _task) = peer(|mut stream| async move {
        let mut got = Vec::new();
        let _ = stream.read_to_end(&mut got).await;
        let _ = stream.write_all(format!("{} bytes", got.len()).as_bytes()).await;
    })
    .await;
    let server = Server::start().await;
    let address = server.proxy("p", upstream, "").await;
    assert_eq!(exchange(address, &bytes(1_000)).await.expect("a reply"), b"1000 bytes");
    server.toxic("p", r#"{"type":"latency","stream":"upstream","attributes":{"latency":1}}"#).await;
    assert_eq!(exchange(address, &bytes(1_000)).await.expect("a reply"), b"1000 bytes");
}

#[tokio::test]
async fn limit_data_passes_so_many_bytes_and_closes() {
    let server = Server::start().await;
    let address = server.proxy("p", echo().await, "").await;
    server.toxic("p", r#"{"type":"limit_data","attributes":{"bytes":1234}}"#).await;
    let mut client = TcpStream::connect(address).await.expect("a connection");
    let sent = bytes(1_300);
    client.write_all(&sent).await.expect("a request");
    let mut got = Vec::new();
    within("the end", client.read_to_end(&mut got)).await.expect("a proper end");
    assert!(got == sent[..1_234]);
}

#[tokio::test]
async fn timeout_lets_nothing_through_and_closes() {
    let server = Server::start().await;
    let address = server.proxy("p", echo().await, "").await;
    server.toxic("p", r#"{"type":"timeout","attributes":{"timeout":20}}"#).await;
    let mut client = TcpStream::connect(address).await.expect("a connection");
    client.write_all(b"hello").await.expect("a request");
    let mut got = Vec::new();
    within("the end", client.read_to_end(&mut got)).await.expect("a proper end");
    assert_eq!(got, b"");
}

#[tokio::test]
async fn reset_peer_resets() {
    let server = Server::start().await;
    let address = server.proxy("p", echo().await, "").await;
    for timeout in [0, 20] {
        server.ask("POST", "/reset", "").await;
        server.toxic("p", &format!(r#"{{"type":"reset_peer","attributes":{{"timeout":{timeout}}}}}"#)).await;
        let mut client = TcpStream::connect(address).await.expect("a connection");
        client.write_all(b"hello").await.expect("a request");
        let error = within("the reset", client.read(&mut [0; 9])).await.expect_err("a reset");
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    }
}

#[tokio::test]
async fn fail_first_resets_so_many_and_no_more() {
    let server = Server::start().await;
    let address = server.proxy("p", echo().await, "").await;
    let mut before = TcpStream::connect(address).await.expect("a connection");
    before.write_all(b"x").await.expect("a request");
    before.read_exact(&mut [0]).await.expect("an echo");
    server.toxic("p", r#"{"type":"fail_first","attributes":{"connections":2}}"#).await;
    for _ in 0..2 {
        let error = exchange(address, b"hello").await.expect_err("it fails");
        assert!(matches!(
            error.kind(),
            ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::NotConnected
        ));
    }
    assert_eq!(exchange(address, b"hello").await.expect("an echo"), b"hello");
    before.write_all(b"y").await.expect("a request");
    before.read_exact(&mut [0]).await.expect("the old connection lives on");
}

#[tokio::test]
async fn slicer_sends_many_pieces() {
    let server = Server::start().await;
    let address = server.proxy("p", echo().await, "").await;
    server
        .toxic("p", r#"{"type":"slicer","attributes":{"average_size":10,"size_variation":5,"delay":2000}}"#)
        .await;
    let mut client = TcpStream::connect(address).await.expect("a connection");
    let sent = bytes(100);
    client.write_all(&sent).await.expect("a request");
    let (mut got, mut reads) = (Vec::new(), 0);
    while got.len() < 100 {
        let mut piece = [0; 100];
        let length = within("a piece", client.read(&mut piece)).await.expect("a piece");
        got.extend_from_slice(&piece[..length]);
        reads += 1;
    }
    assert!(got == sent);
    assert!(reads > 1, "it came in one piece");
}

#[tokio::test]
async fn a_live_connection_feels_a_new_toxic_and_its_removal_never_hangs() {
    let server = Server::start().await;
    let address = server.proxy("p", echo().await, "").await;
    let mut client = TcpStream::connect(address).await.expect("a connection");
    client.write_all(b"a").await.expect("a request");
    client.read_exact(&mut [0]).await.expect("an echo");

    // Held back for a year; and the client does not read, so that whatever is flushed has to wait for it.
    server.toxic("p", r#"{"type":"latency","attributes":{"latency":31536000000}}"#).await;
    let sent = bytes(2_000_000);
    let (mut from, mut to) = client.split();
    to.write_all(&sent[..100_000]).await.expect("a request");
    let removed =
        within("the removal", server.ask("DELETE", "/proxies/p/toxics/latency_downstream", "")).await;
    assert_eq!(removed.status, 204);
    let writing = async { to.write_all(&sent[100_000..]).await };
    let mut got = vec![0; sent.len()];
    let reading = from.read_exact(&mut got);
    let (wrote, read) = within("the rest", async { tokio::join!(writing, reading) }).await;
    wrote.expect("it is written");
    read.expect("it is read");
    assert!(got == sent, "nothing is lost by it");
}

#[tokio::test]
async fn a_toxic_that_is_added_while_the_receiver_stalls_loses_nothing() {
    let server = Server::start().await;
    let address = server.proxy("p", echo().await, "").await;
    let mut client = TcpStream::connect(address).await.expect("a connection");
    let sent = bytes(16_000_000);
    let (mut from, mut to) = client.split();
    let writing = async { to.write_all(&sent).await };
    let reading = async {
        for toxic in [
            r#"{"type":"slicer","attributes":{"average_size":30000,"size_variation":100}}"#,
            r#"{"type":"noop"}"#,
            r#"{"type":"latency","attributes":{"latency":1,"jitter":1}}"#,
        ] {
            server.toxic("p", toxic).await;
        }
        let mut got = vec![0; sent.len()];
        from.read_exact(&mut got).await.map(|_| got)
    };
    let (wrote, got) = within("all of it", async { tokio::join!(writing, reading) }).await;
    wrote.expect("it is written");
    assert!(got.expect("it is read") == sent);
}
