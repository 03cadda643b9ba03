//! A proxy that refuses while its upstream is down.

use crate::support::{Server, echo, eventually, exchange};
use std::io::ErrorKind;
use tokio::net::{TcpListener, TcpStream};

#[tokio::test]
async fn clients_are_refused_until_the_upstream_is_there() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let upstream = nobody.local_addr().expect("an address");
    drop(nobody);
    let server = Server::start().await;
    let address = server.proxy("p", upstream, r#","refuse_when_down":true"#).await;
    let refused = || async {
        TcpStream::connect(address).await.is_err_and(|error| error.kind() == ErrorKind::ConnectionRefused)
    };
    eventually("the refusal", refused).await;
    let view = server.ask("GET", "/proxies/p", "").await.body;
    assert!(view.contains(r#""enabled":true"#) && view.contains(r#""refuse_when_down":true"#), "{view}");

    let back = TcpListener::bind(upstream).await.expect("the upstream's port");
    let serving = tokio::spawn(async move {
        while let Ok((mut stream, _)) = back.accept().await {
            let (mut from, mut to) = stream.split();
            let _ = tokio::io::copy(&mut from, &mut to).await;
        }
    });
    eventually("the upstream", || async {
        exchange(address, b"hello").await.is_ok_and(|got| got == b"hello")
    })
    .await;
    serving.abort();
    let _ = serving.await;
    eventually("the refusal", refused).await;
}

#[tokio::test]
async fn while_it_is_up_all_is_as_ever() {
    let server = Server::start().await;
    let address = server.proxy("p", echo().await, r#","refuse_when_down":true"#).await;
    for _ in 0..20 {
        assert_eq!(exchange(address, b"hello").await.expect("an echo"), b"hello");
    }
}
