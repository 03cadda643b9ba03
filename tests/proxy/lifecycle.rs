//! Proxies that are enabled, disabled, moved and removed, and toxics that end by themselves.

use crate::support::{Server, echo, eventually, exchange, peer, within};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

async fn connects(address: std::net::SocketAddr) -> bool {
    TcpStream::connect(address).await.is_ok()
}

#[tokio::test]
async fn disabling_refuses_and_closes_what_is_open() {
    let server = Server::start().await;
    let address = server.proxy("p", echo().await, "").await;
    let mut client = TcpStream::connect(address).await.expect("a connection");
    client.write_all(b"a").await.expect("a request");
    client.read_exact(&mut [0]).await.expect("an echo");
    server.toxic("p", r#"{"type":"latency","attributes":{"latency":123}}"#).await;

    let reply = server.ask("POST", "/proxies/p", r#"{"enabled":false}"#).await;
    assert!(reply.body.contains(r#""enabled":false"#) && reply.body.contains("latency_downstream"));
    assert!(!connects(address).await);
    assert!(!matches!(within("the end", client.read(&mut [0; 9])).await, Ok(1..)));
    assert_eq!(server.metric("shakedown_proxy_connections{").await, 0);

    let reply = server.ask("PATCH", "/proxies/p", r#"{"enabled":true}"#).await;
    assert!(reply.body.contains(&address.to_string()), "the same address: {}", reply.body);
    assert!(connects(address).await);
    server.ask("POST", "/proxies/p", r#"{"enabled":false}"#).await;
    assert_eq!(server.ask("POST", "/reset", "").await.status, 204);
    assert!(connects(address).await);
    assert_eq!(server.ask("GET", "/proxies/p/toxics", "").await.body, "[]");
    assert_eq!(server.ask("DELETE", "/proxies/p", "").await.status, 204);
    assert!(!connects(address).await);
}

#[tokio::test]
async fn another_upstream_drops_connections_and_keeps_toxics() {
    let server = Server::start().await;
    let (other, _task) = peer(|mut stream| async move {
        let _ = stream.write_all(b"other").await;
    })
    .await;
    let address = server.proxy("p", echo().await, "").await;
    let mut client = TcpStream::connect(address).await.expect("a connection");
    client.write_all(b"a").await.expect("a request");
    client.read_exact(&mut [0]).await.expect("an echo");
    server.toxic("p", r#"{"type":"latency","attributes":{"latency":1}}"#).await;
    let reply = server.ask("PATCH", "/proxies/p", &format!(r#"{{"upstream":"{other}"}}"#)).await;
    assert!(reply.body.contains("latency_downstream") && reply.body.contains(&address.to_string()));
    assert!(!matches!(within("the end", client.read(&mut [0; 9])).await, Ok(1..)));
    assert_eq!(exchange(address, b"").await.expect("a reply"), b"other");
}

#[tokio::test]
async fn a_toxic_with_a_time_to_live_removes_itself() {
    let server = Server::start().await;
    let address = server.proxy("p", echo().await, "").await;
    let reply = server.ask("POST", "/proxies/p/toxics", r#"{"type":"timeout","ttl":30}"#).await;
    assert!(reply.body.ends_with(r#""toxicity":1,"ttl":30}"#), "{}", reply.body);
    server.toxic("p", r#"{"type":"noop"}"#).await;
    eventually("its end", || async {
        !server.ask("GET", "/proxies/p/toxics", "").await.body.contains("timeout")
    })
    .await;
    assert!(server.ask("GET", "/proxies/p/toxics", "").await.body.contains("noop"), "it alone");
    assert_eq!(exchange(address, b"hello").await.expect("an echo"), b"hello");
}

#[tokio::test]
async fn an_upstream_that_is_down_closes_its_clients() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let upstream = nobody.local_addr().expect("an address");
    drop(nobody);
    let server = Server::start().await;
    let address = server.proxy("p", upstream, "").await;
    assert!(!matches!(exchange(address, b"").await, Ok(got) if !got.is_empty()));
    assert_eq!(server.metric("shakedown_proxy_failed_dials_total").await, 1);
}

#[tokio::test]
async fn hundreds_of_connections_at_once() {
    let server = Server::start().await;
    let address = server.proxy("p", echo().await, "").await;
    server.toxic("p", r#"{"type":"latency","attributes":{"latency":20}}"#).await;
    let mut open = tokio::task::JoinSet::new();
    for i in 0..400_u32 {
        open.spawn(async move {
            exchange(address, &i.to_le_bytes()).await.is_ok_and(|got| got == i.to_le_bytes())
        });
    }
    let all = within("all of them", open.join_all()).await;
    assert!(all.iter().all(|well| *well));
}
