//! Whether somebody answers at an address: by TCP, or by HTTP with 2xx.

use crate::plan::model::Ready;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

const PAUSE: Duration = Duration::from_millis(25);
const ONE_TRY: Duration = Duration::from_secs(1);

/// Tries until one try succeeds; the error is what the last one said.
pub(in crate::stack) async fn poll(address: SocketAddr, ready: &Ready) -> Result<(), String> {
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

pub(in crate::stack) async fn attempt(address: SocketAddr, path: Option<&str>) -> Result<(), String> {
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
