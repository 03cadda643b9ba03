//! One request and its reply, as the rule that struck it wants.

use super::body::Body;
use super::head::{Parsed, ReplyKind, Request, reply};
use super::intake::Intake;
use super::rule::Rule;
use crate::proxy::alarm::sleep;
use crate::proxy::limits;
use bytes::Buf;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};

/// How an exchange ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// The next request may follow.
    Whole,
    /// Whatever follows, on either side, passes through unread.
    Unread,
    /// The connection is to be closed.
    Close,
}

/// We answer in the upstream's place. The request is read to its end first, so that the connection can be used again.
pub(super) async fn answer<R, W>(
    client: &mut Intake<R>,
    to_client: &mut W,
    mut request: Request,
    rule: &Rule,
) -> io::Result<Ended>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    client.ahead.advance(request.length);
    // A client that waits for a word before its body will not send it.
    let mut keeps = request.keeps && !request.expects_continue;
    while keeps && !request.body.is_done() {
        if client.ahead.is_empty() && client.more().await? == 0 {
            return Ok(Ended::Close);
        }
        match request.body.take(&client.ahead) {
            Ok(taken) => client.ahead.advance(taken),
            Err(_) => keeps = false,
        }
    }
    if let Some(delay) = rule.delay {
        sleep(delay.min(limits::WAIT)).await;
    }
    let (status, body) = (rule.status.unwrap_or(500), rule.body.as_deref().unwrap_or_default());
    let reason = axum::http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    let kind = if serde_json::from_str::<serde_json::Value>(body).is_ok() {
        "application/json"
    } else {
        "text/plain"
    };
    let bare = status == 204 || status == 304;
    let fields = if bare {
        String::new()
    } else {
        format!("Content-Type: {kind}\r\nContent-Length: {}\r\n", body.len())
    };
    let close = if keeps { "" } else { "Connection: close\r\n" };
    let head = format!("HTTP/1.1 {status} {}\r\n{fields}{close}\r\n", reason.unwrap_or_default());
    to_client.write_all(head.as_bytes()).await?;
    if !bare && request.method != "HEAD" {
        to_client.write_all(body.as_bytes()).await?;
    }
    to_client.flush().await?;
    Ok(if keeps { Ended::Whole } else { Ended::Close })
}

/// Sends the request on, and after it whatever tells that the client has gone. Returns only then.
pub(super) async fn send<R, W>(
    client: &mut Intake<R>,
    to_server: &mut W,
    request: &Request,
    sent: &AtomicBool,
) -> Ended
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let (mut body, mut seen) = (request.body.clone(), request.length);
    loop {
        // What is seen and not written is still in front: nothing is lost if this is dropped here.
        while seen > 0 {
            match to_server.write(&client.ahead[..seen]).await {
                Ok(written @ 1..) => {
                    client.ahead.advance(written);
                    seen -= written;
                }
                _ => return Ended::Close,
            }
        }
        if body.is_done() {
            break;
        }
        if client.ahead.is_empty() && !matches!(client.more().await, Ok(1..)) {
            break;
        }
        match body.take(&client.ahead) {
            Ok(taken) => seen = taken,
            // It is no body that we know: the rest passes unread.
            Err(_) => return Ended::Unread,
        }
    }
    if to_server.flush().await.is_err() {
        return Ended::Close;
    }
    sent.store(body.is_done(), Relaxed);
    // The next request may come already; it waits its turn.
    while client.ahead.len() < limits::HEAD.0 {
        if !matches!(client.more().await, Ok(1..)) {
            // The upstream learns of the end once it has had everything that came before it.
            if client.ahead.is_empty() {
                let _ = to_server.shutdown().await;
            }
            break;
        }
    }
    std::future::pending().await
}

/// Hands the reply on, later or not at all if the rule says so.
pub(super) async fn receive<R, W>(
    server: &mut Intake<R>,
    to_client: &mut W,
    method: &str,
    rule: Option<&Rule>,
) -> io::Result<Ended>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let drops = rule.is_some_and(|rule| rule.drop_reply);
    let mut delay = rule.and_then(|rule| rule.delay);
    let (head, mut body) = loop {
        match reply(&server.ahead, method) {
            Parsed::Partial => {
                if server.more().await? == 0 {
                    return Ok(if drops { Ended::Close } else { Ended::Unread });
                }
                if let Some(delay) = delay.take() {
                    sleep(delay.min(limits::WAIT)).await;
                }
            }
            Parsed::Foreign => return Ok(if drops { Ended::Close } else { Ended::Unread }),
            Parsed::Head(head) => match head.kind {
                ReplyKind::Interim => pass(server, to_client, head.length, drops).await?,
                ReplyKind::Switched if drops => return Ok(Ended::Close),
                ReplyKind::Switched => return Ok(Ended::Unread),
                ReplyKind::Final(body) => break (head.length, body),
            },
        }
    };
    pass(server, to_client, head, drops).await?;
    rest(server, to_client, &mut body, drops).await.map(|ended| if drops { Ended::Close } else { ended })
}

/// The reply's body.
async fn rest<R, W>(
    server: &mut Intake<R>,
    to_client: &mut W,
    body: &mut Body,
    drops: bool,
) -> io::Result<Ended>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    while !body.is_done() {
        if server.ahead.is_empty() && server.more().await? == 0 {
            // Cut short, or at its proper end: the client sees the same as we.
            return Ok(if body.ends_with_connection() { Ended::Close } else { Ended::Unread });
        }
        match body.take(&server.ahead) {
            Ok(taken) => pass(server, to_client, taken, drops).await?,
            Err(_) => return Ok(Ended::Unread),
        }
    }
    Ok(Ended::Whole)
}

async fn pass<R, W: AsyncWrite + Unpin>(
    server: &mut Intake<R>,
    to_client: &mut W,
    length: usize,
    drops: bool,
) -> io::Result<()> {
    let bytes = server.ahead.split_to(length);
    if drops {
        return Ok(());
    }
    to_client.write_all(&bytes).await?;
    to_client.flush().await
}
