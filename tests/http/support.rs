//! Servers that do exactly what a test says, on port 0.

use shakedown::event::{Clock, ErrorKind, Sent};
use shakedown::http::{Client, ClientConfig, Exchange, Origin, Pool, Request};
use std::cell::Cell;
use std::future::Future;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::LocalSet;

/// Long enough never to be reached where a test expects something else.
pub const LONG: Duration = Duration::from_secs(30);
/// Short enough to wait for.
pub const SHORT: Duration = Duration::from_millis(60);

pub fn run<F: Future>(work: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("runtime");
    LocalSet::new().block_on(&runtime, work)
}

/// Counts shared with a server.
#[derive(Clone, Default)]
pub struct Counts {
    pub connections: Rc<Cell<u32>>,
    pub requests: Rc<Cell<u32>>,
}

/// A connection on the server's side, and the number it has.
pub struct Peer {
    pub tcp: TcpStream,
    pub number: u32,
    pub counts: Counts,
}

impl Peer {
    /// Reads one request, body included; nothing if the client closed.
    pub async fn request(&mut self) -> Option<Vec<u8>> {
        let head = self.head().await?;
        let text = String::from_utf8_lossy(&head).to_ascii_lowercase();
        let length = text.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        self.tcp.read_exact(&mut body).await.ok()?;
        self.counts.requests.set(self.counts.requests.get() + 1);
        Some([head, body].concat())
    }

    /// Reads a request's head and not a byte more.
    pub async fn head(&mut self) -> Option<Vec<u8>> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.tcp.read_u8().await.ok()?);
        }
        Some(head)
    }

    pub async fn say(&mut self, text: &str) {
        self.tcp.write_all(text.as_bytes()).await.expect("the client reads");
    }

    pub async fn ok(&mut self, body: &str) {
        self.say(&format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())).await;
    }

    /// Closes with RST.
    pub fn reset(self) {
        socket2::SockRef::from(&self.tcp).set_linger(Some(Duration::ZERO)).expect("linger");
    }

    /// Holds the connection open until the client closes it.
    pub async fn hold(mut self) {
        let mut rest = Vec::new();
        let _ = self.tcp.read_to_end(&mut rest).await;
    }
}

pub async fn listener() -> (TcpListener, Origin) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("bound");
    let port = listener.local_addr().expect("address").port();
    (listener, origin(port))
}

pub fn origin(port: u16) -> Origin {
    Origin { tls: false, host: "127.0.0.1".to_string(), port }
}

/// Serves each connection by `each`.
pub async fn serve<F, W>(each: F) -> (Origin, Counts)
where
    F: Fn(Peer) -> W + 'static,
    W: Future<Output = ()> + 'static,
{
    let (listener, origin) = listener().await;
    let counts = Counts::default();
    serve_on(listener, counts.clone(), each);
    (origin, counts)
}

/// Serves one request on each connection, and closes it without a word.
pub async fn serve_once() -> (Origin, Counts) {
    serve(|mut peer| async move {
        peer.request().await;
        peer.ok("ok").await;
    })
    .await
}

pub fn serve_on<F, W>(listener: TcpListener, counts: Counts, each: F) -> tokio::task::JoinHandle<()>
where
    F: Fn(Peer) -> W + 'static,
    W: Future<Output = ()> + 'static,
{
    tokio::task::spawn_local(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            let number = counts.connections.get();
            counts.connections.set(number + 1);
            tokio::task::spawn_local(each(Peer { tcp, number, counts: counts.clone() }));
        }
    })
}

/// A client with its pool.
pub struct User {
    pub client: Rc<Client>,
    pub pool: Pool,
    pub clock: Clock,
}

pub fn user(config: ClientConfig) -> User {
    let clock = Clock::start();
    let client = Rc::new(Client::new(Arc::new(config), clock));
    User { pool: client.pool(), client, clock }
}

impl User {
    pub async fn send(&self, origin: &Origin, request: &Request, timeout: Duration) -> Exchange {
        let begun = self.clock.now();
        let exchange = self.client.send(&self.pool, origin, request, timeout).await;
        check_times(&exchange, begun, self.clock.now());
        exchange
    }

    pub async fn get(&self, origin: &Origin) -> Exchange {
        self.send(origin, &get("/"), LONG).await
    }
}

/// What holds for every exchange.
fn check_times(exchange: &Exchange, begun: shakedown::event::Nanos, ended: shakedown::event::Nanos) {
    let Exchange { sent, first_byte, end, sent_state, .. } = exchange;
    assert_eq!(sent.is_none(), *sent_state == Sent::Nothing, "{exchange:?}");
    let times: Vec<_> =
        [Some(begun), *sent, *first_byte, Some(*end), Some(ended)].into_iter().flatten().collect();
    assert!(times.is_sorted(), "{times:?}");
    if exchange.result.is_ok() {
        assert!(sent.is_some() && first_byte.is_some() && exchange.bytes > 0, "{exchange:?}");
    }
}

pub fn get(path: &str) -> Request {
    Request { method: "GET", path: path.to_string(), headers: Vec::new(), body: Vec::new() }
}

pub fn post(body: Vec<u8>) -> Request {
    Request { method: "POST", path: "/".to_string(), headers: Vec::new(), body }
}

/// Status and body of a response.
#[track_caller]
pub fn answer(exchange: &Exchange) -> (u16, String) {
    match &exchange.result {
        Ok(response) => (response.status, String::from_utf8_lossy(&response.body).into_owned()),
        Err(trouble) => panic!("no response: {trouble:?}"),
    }
}

/// Class, state of the request and status of an exchange that went wrong.
#[track_caller]
pub fn trouble(exchange: &Exchange) -> (ErrorKind, Sent, Option<u16>) {
    match &exchange.result {
        Ok(response) => panic!("a response: {response:?}"),
        Err(trouble) => (trouble.kind, exchange.sent_state, trouble.status),
    }
}

/// Lets everything that is ready run, the look at the sockets included.
pub async fn settle() {
    for _ in 0..500 {
        tokio::task::yield_now().await;
    }
}

/// An address where connecting neither succeeds nor fails: the queue of those waiting to be accepted is full.
pub async fn backlogged() -> (Vec<std::net::TcpStream>, Origin, socket2::Socket) {
    use socket2::{Domain, Socket, Type};
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("socket");
    socket.bind(&std::net::SocketAddr::from(([127, 0, 0, 1], 0)).into()).expect("bound");
    socket.listen(0).expect("listening");
    let address = socket.local_addr().expect("address").as_socket().expect("IPv4");
    let mut held = Vec::new();
    while let Ok(Ok(tcp)) = tokio::time::timeout(SHORT, TcpStream::connect(address)).await {
        held.push(tcp.into_std().expect("std"));
    }
    (held, origin(address.port()), socket)
}
