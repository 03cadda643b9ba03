//! A proxy server on a free port, peers behind it, and clients in front of it.

#[path = "../support/waiting.rs"]
mod waiting;

use shakedown::proxy::{Program, Settings};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
pub use waiting::eventually;

/// A server with its interface.
pub struct Server {
    pub address: SocketAddr,
    _stop: oneshot::Sender<()>,
}

/// A reply of the interface.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Server {
    pub async fn start() -> Server {
        let settings = Settings { host: "127.0.0.1".into(), port: 0, config: None, seed: 7 };
        let program = Program::start(&settings).await.expect("it starts");
        let address = program.address().expect("an address");
        let (stop, stopped) = oneshot::channel();
        tokio::spawn(program.run(async move {
            let _ = stopped.await;
        }));
        Server { address, _stop: stop }
    }

    /// One request; an empty body is none.
    pub async fn ask(&self, method: &str, path: &str, body: &str) -> Reply {
        self.ask_as("a test", method, path, body.as_bytes()).await
    }

    pub async fn ask_as(&self, agent: &str, method: &str, path: &str, body: &[u8]) -> Reply {
        let mut stream = TcpStream::connect(self.address).await.expect("the interface answers");
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nUser-Agent: {agent}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(&[head.as_bytes(), body].concat()).await.expect("a request");
        let mut reply = Vec::new();
        within("a reply", stream.read_to_end(&mut reply)).await.expect("a reply");
        let text = String::from_utf8_lossy(&reply).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").expect("a head");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        Reply { status, head: head.to_ascii_lowercase(), body: body.to_owned() }
    }

    /// A proxy to this upstream; where it listens.
    pub async fn proxy(&self, name: &str, upstream: SocketAddr, more: &str) -> SocketAddr {
        let body = format!(r#"{{"name":"{name}","listen":"127.0.0.1:0","upstream":"{upstream}"{more}}}"#);
        let reply = self.ask("POST", "/proxies", &body).await;
        assert_eq!(reply.status, 201, "{}", reply.body);
        let said: serde_json::Value = serde_json::from_str(&reply.body).expect("JSON");
        said["listen"].as_str().expect("an address").parse().expect("an address")
    }

    /// Adds a toxic to it.
    pub async fn toxic(&self, proxy: &str, toxic: &str) {
        let reply = self.ask("POST", &format!("/proxies/{proxy}/toxics"), toxic).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
    }

    /// A counter of `/metrics`.
    pub async fn metric(&self, name: &str) -> u64 {
        let text = self.ask("GET", "/metrics", "").await.body;
        let line = text.lines().find(|line| line.starts_with(name) && !line.starts_with('#'));
        line.and_then(|line| line.rsplit(' ').next()?.parse().ok())
            .unwrap_or_else(|| panic!("no {name} in {text}"))
    }
}

/// Fails the test if it takes too long; nothing is measured by it.
pub async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), future)
        .await
        .unwrap_or_else(|_| panic!("{what} takes too long"))
}

/// A peer: every connection is handed to `serve`.
pub async fn peer<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> (SocketAddr, JoinHandle<()>)
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let task = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    });
    (address, task)
}

/// Gives back whatever it is sent, and ends when the client does.
pub async fn echo() -> SocketAddr {
    peer(|mut stream| async move {
        let (mut from, mut to) = stream.split();
        let _ = tokio::io::copy(&mut from, &mut to).await;
        let _ = to.shutdown().await;
    })
    .await
    .0
}

/// Sends it, ends, and reads to the end.
pub async fn exchange(address: SocketAddr, sent: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(address).await?;
    let (mut from, mut to) = stream.split();
    let sending = async {
        to.write_all(sent).await?;
        to.shutdown().await
    };
    let mut got = Vec::new();
    let (sent, read) =
        within("an exchange", async { tokio::join!(sending, from.read_to_end(&mut got)) }).await;
    read?;
    sent?;
    Ok(got)
}

/// Bytes that repeat nowhere near.
pub fn bytes(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    (0..length).map(|_| next()).collect()
}
