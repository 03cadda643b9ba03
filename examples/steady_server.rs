//! A server whose behaviour is known exactly, for experiments on the load engine itself.
//!
//! `steady_server --port 8080 --delay-ms 5 --mode ok`: answers every request after a constant delay, however many are
//! under way. `--mode never` accepts and never answers, `reset` resets every connection once a request has come, `close`
//! closes each keep-alive connection after its reply without saying so. `/health` always answers at once, `/count` says
//! how many other requests have come.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Ok,
    Never,
    Reset,
    Close,
}

#[derive(Clone)]
struct Server {
    mode: Mode,
    delay: Duration,
    count: Arc<AtomicU64>,
}

fn argument(name: &str) -> Option<String> {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    arguments.nth(1)
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let port: u16 = argument("--port").and_then(|port| port.parse().ok()).expect("--port NUMBER");
    let delay = argument("--delay-ms").and_then(|delay| delay.parse().ok()).unwrap_or(0);
    let mode = match argument("--mode").as_deref() {
        None | Some("ok") => Mode::Ok,
        Some("never") => Mode::Never,
        Some("reset") => Mode::Reset,
        Some("close") => Mode::Close,
        Some(other) => panic!("there is no mode `{other}`"),
    };
    let server = Server { mode, delay: Duration::from_millis(delay), count: Arc::default() };
    let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
    socket.set_reuseaddr(true).expect("an option");
    socket.bind(([127, 0, 0, 1], port).into()).expect("the port is free");
    let listener: TcpListener = socket.listen(4096).expect("listening");
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        tokio::spawn(connection(server.clone(), stream));
    }
}

/// Requests without bodies, one after another.
async fn connection(server: Server, mut stream: TcpStream) {
    let _ = stream.set_nodelay(true);
    let mut buffer = Vec::new();
    while let Some(path) = request(&mut stream, &mut buffer).await {
        let body = match path.as_str() {
            "/health" => "ready".to_owned(),
            "/count" => server.count.load(Ordering::Relaxed).to_string(),
            _ => {
                server.count.fetch_add(1, Ordering::Relaxed);
                match server.mode {
                    Mode::Never => std::future::pending().await,
                    Mode::Reset => return reset(stream),
                    Mode::Ok | Mode::Close => tokio::time::sleep(server.delay).await,
                }
                "done".to_owned()
            }
        };
        let reply = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        if stream.write_all(reply.as_bytes()).await.is_err() || server.mode == Mode::Close {
            return;
        }
    }
}

/// The path of the next request; `None` when the connection is over.
async fn request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<String> {
    loop {
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
            buffer.drain(..end + 4);
            return head.split(' ').nth(1).map(str::to_owned);
        }
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
}

/// Closing with unread or unsent data discarded sends a reset.
fn reset(stream: TcpStream) {
    let _ = socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO));
}
