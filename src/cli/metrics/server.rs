//! The smallest HTTP/1.1 server that a scraper needs: `GET /metrics`, one connection at a time, each closed after its
//! reply. It owns one thread, and neither a slow nor a silent client holds it for long.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How soon the thread notices that it is to end.
const GLANCE: Timespec = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };
/// How long one client may take for its request and for reading the reply.
const PATIENCE: Duration = Duration::from_secs(2);
const LONGEST_HEAD: usize = 8 * 1024;
const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// A server that runs.
pub(super) struct Server {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Server {
    /// Listens and answers with what `page` gives at the time.
    pub(super) fn start(
        address: SocketAddr,
        page: impl Fn() -> String + Send + 'static,
    ) -> io::Result<Server> {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let thread = std::thread::Builder::new()
            .name("metrics".to_owned())
            .spawn(move || serve(&listener, &stopped, &page))?;
        Ok(Server { address, stop, thread })
    }

    /// Where it listens.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends it.
    pub(super) fn stop(self) {
        self.stop.store(true, Ordering::Relaxed);
        let _ = self.thread.join();
    }
}

fn serve(listener: &TcpListener, stop: &AtomicBool, page: &dyn Fn() -> String) {
    while !stop.load(Ordering::Relaxed) {
        // An error here is an interrupted call: the next round tries again.
        let _ = poll(&mut [PollFd::new(listener, PollFlags::IN)], Some(&GLANCE));
        if let Ok((socket, _)) = listener.accept() {
            // A scraper that goes away in the middle has nobody to tell.
            let _ = answer(socket, page);
        }
    }
}

fn answer(mut socket: TcpStream, page: &dyn Fn() -> String) -> io::Result<()> {
    socket.set_nonblocking(false)?;
    socket.set_write_timeout(Some(PATIENCE))?;
    let head = head(&mut socket)?;
    let (status, kind, body) = reply(&head, page);
    let sent_body = if head.starts_with("HEAD ") { "" } else { body.as_str() };
    write!(
        socket,
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{sent_body}",
        body.len()
    )
}

/// The request's head; what comes later than patience allows is not waited for.
fn head(socket: &mut TcpStream) -> io::Result<String> {
    let until = Instant::now() + PATIENCE;
    let mut head = Vec::new();
    let mut piece = [0; 1024];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") && head.len() < LONGEST_HEAD {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        socket.set_read_timeout(Some(left))?;
        match socket.read(&mut piece)? {
            0 => break,
            length => head.extend_from_slice(&piece[..length]),
        }
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

fn reply(head: &str, page: &dyn Fn() -> String) -> (&'static str, &'static str, String) {
    let mut words = head.lines().next().unwrap_or_default().split(' ');
    let plain = "text/plain; charset=utf-8";
    match (words.next(), words.next().map(|path| path.split('?').next().unwrap_or(path))) {
        (Some("GET" | "HEAD"), Some("/metrics")) => ("200 OK", CONTENT_TYPE, page()),
        (Some("GET" | "HEAD"), Some(_)) => {
            ("404 Not Found", plain, "the figures are at /metrics\n".to_owned())
        }
        (Some(_), Some(_)) => ("405 Method Not Allowed", plain, "GET /metrics\n".to_owned()),
        _ => ("400 Bad Request", plain, "GET /metrics\n".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(request: &str) -> String {
        let server = Server::start("127.0.0.1:0".parse().expect("an address"), || "# EOF\n".to_owned())
            .expect("listens");
        let mut socket = TcpStream::connect(server.address()).expect("connects");
        socket.write_all(request.as_bytes()).expect("sent");
        let mut reply = String::new();
        socket.read_to_string(&mut reply).expect("replied");
        server.stop();
        reply
    }

    #[test]
    fn it_answers_one_question() {
        let reply = asked("GET /metrics?x=1 HTTP/1.1\r\nHost: x\r\n\r\n");
        assert!(
            reply.starts_with("HTTP/1.1 200 OK\r\nContent-Type: application/openmetrics-text"),
            "{reply}"
        );
        assert!(reply.ends_with("\r\n\r\n# EOF\n"), "{reply}");
        assert!(
            asked("HEAD /metrics HTTP/1.1\r\n\r\n")
                .ends_with("Content-Length: 6\r\nConnection: close\r\n\r\n")
        );
        assert!(asked("GET / HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 404 "));
        assert!(asked("POST /metrics HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 405 "));
        assert!(asked("\r\n\r\n").starts_with("HTTP/1.1 400 "));
    }

    #[test]
    fn it_ends_while_nobody_asks_and_gives_its_port_back() {
        let server = Server::start("127.0.0.1:0".parse().expect("an address"), String::new).expect("listens");
        let address = server.address();
        server.stop();
        assert!(TcpListener::bind(address).is_ok());
    }
}
