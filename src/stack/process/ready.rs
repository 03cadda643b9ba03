//! Waits until an instance answers.

use super::life::Life;
use super::log_tail::log_tail;
use super::names::address;
use super::slot::Slot;
use super::{Inner, ports};
use crate::event::StackChange;
use crate::plan::model::Ready;
use crate::stack::StackError;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

const PAUSE: Duration = Duration::from_millis(25);
const ONE_TRY: Duration = Duration::from_secs(1);

/// Waits until this life is ready. The error tells how it ended, or what the last try said, with the end of its log.
pub(super) async fn wait_ready(inner: &Inner, slot: &Slot, life: &Life) -> Result<(), StackError> {
    let planned = slot.planned();
    let service = &inner.spec.services[planned.service];
    let found = match (planned.port, service.ready.tcp) {
        (Some(port), tcp) if tcp != Some(false) => tokio::select! {
            biased;
            end = life.ended() => Err(died(&planned.name, &end.how, planned.port)),
            found = poll(address(port), &service.ready) => found.map_err(|last| late(&planned.name, &service.ready, &last)),
        },
        _ => Ok(()),
    };
    match found {
        Ok(()) => {
            // One that has no port may have done its work and ended already.
            if life.runs() && life.set_ready() {
                inner.context.tell(&planned.name, StackChange::Ready, None);
            }
            Ok(())
        }
        Err(message) => {
            let context = log_tail(&inner.log_path(&planned.name), life.log_from);
            Err(StackError { message, context })
        }
    }
}

/// Tries until one try succeeds; the error is what the last one said.
async fn poll(address: SocketAddr, ready: &Ready) -> Result<(), String> {
    let deadline = Instant::now() + ready.within.0;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let one = attempt(address, ready.http.as_deref());
        let last = match timeout(ONE_TRY.min(left.max(PAUSE)), one).await {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(reason)) => reason,
            Err(_) => "no answer".to_owned(),
        };
        if Instant::now() + PAUSE >= deadline {
            return Err(last);
        }
        sleep(PAUSE).await;
    }
}

async fn attempt(address: SocketAddr, path: Option<&str>) -> Result<(), String> {
    let mut stream = TcpStream::connect(address).await.map_err(|error| error.to_string())?;
    if stream.local_addr().ok() == Some(address) {
        // Nobody listens, but the port is one of those served to outgoing connections, and we got it ourselves.
        return Err("connection refused".into());
    }
    let Some(path) = path else { return Ok(()) };
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nUser-Agent: shakedown\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.map_err(|error| error.to_string())?;
    let mut head = [0_u8; 64];
    let mut length = 0;
    while length < head.len() && !head[..length].contains(&b'\n') {
        match stream.read(&mut head[length..]).await.map_err(|error| error.to_string())? {
            0 => break,
            more => length += more,
        }
    }
    judge(&head[..length])
}

/// `HTTP/1.1 200 OK`: any 2xx will do.
fn judge(head: &[u8]) -> Result<(), String> {
    let text = String::from_utf8_lossy(head);
    let line = text.lines().next().unwrap_or_default();
    let status = line.strip_prefix("HTTP/1.").and_then(|rest| rest.split_ascii_whitespace().nth(1));
    match status.and_then(|status| status.parse::<u16>().ok()) {
        Some(200..=299) => Ok(()),
        Some(status) => Err(format!("status {status}")),
        None if line.is_empty() => Err("the connection was closed without an answer".into()),
        None => Err(format!("`{line}` is not an HTTP reply")),
    }
}

fn died(name: &str, how: &str, port: Option<u16>) -> String {
    let taken = port.filter(|port| !ports::is_free(*port)).map(ports::in_use);
    let hint = taken.map(|taken| format!("; {taken}")).unwrap_or_default();
    format!("{name} ended before it was ready: {how}{hint}")
}

fn late(name: &str, ready: &Ready, last: &str) -> String {
    let what = ready.http.as_ref().map_or("a TCP connection".to_owned(), |path| format!("GET {path}"));
    format!(
        "{name} was not ready within {} ({what}: {last}); see its log, or give it more time with `ready.within`",
        ready.within
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_2xx_is_ready() {
        assert_eq!(judge(b"HTTP/1.1 204 No Content\r\n"), Ok(()));
        assert_eq!(judge(b"HTTP/1.0 200\r\n"), Ok(()));
        assert_eq!(judge(b"HTTP/1.1 503 Service Unavailable\r\n"), Err("status 503".into()));
        assert!(judge(b"").is_err());
        assert!(judge(b"SSH-2.0-OpenSSH\r\n").is_err());
        assert!(judge(b"HTTP/1.1 2xx\r\n").is_err());
    }

    #[tokio::test]
    async fn a_refused_connection_is_not_ready() {
        let free = std::net::TcpListener::bind("127.0.0.1:0").expect("bind").local_addr().expect("address");
        assert!(attempt(free, None).await.is_err());
    }

    #[tokio::test]
    async fn a_status_is_read_in_pieces() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("bind");
        let address = listener.local_addr().expect("address");
        let server = async {
            let (mut stream, _) = listener.accept().await.expect("accept");
            for piece in ["HTTP/1.1 ", "20", "0 OK\r\n\r\n"] {
                stream.write_all(piece.as_bytes()).await.expect("write");
                stream.flush().await.expect("flush");
            }
        };
        let (found, ()) = tokio::join!(attempt(address, Some("/health")), server);
        assert_eq!(found, Ok(()));
    }
}
