//! A connection whose requests are looked at, one after the other.

use super::exchange::{Ended, answer, receive, send};
use super::head::{Parsed, Request, request};
use super::intake::Intake;
use crate::proxy::link::{Over, both};
use crate::proxy::shared::Shared;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, DuplexStream, copy, split};
use tokio::net::TcpStream;

/// Carries the connection to its end.
pub(in crate::proxy) async fn relay(client: &mut TcpStream, server: DuplexStream, shared: &Shared) -> Over {
    let (from_client, mut to_client) = client.split();
    let (from_server, mut to_server) = split(server);
    let (mut client, mut server) = (Intake::new(from_client), Intake::new(from_server));
    while let Some(request) = next(&mut client, &mut server).await {
        let rule = shared.rulebook.strike(shared.seed, &shared.name, &request);
        if rule.is_some() {
            shared.counters.struck.fetch_add(1, Relaxed);
        }
        let ended = match rule {
            Some(rule) if rule.status.is_some() => answer(&mut client, &mut to_client, request, &rule).await,
            rule => {
                let sent = AtomicBool::new(false);
                let ended = tokio::select! {
                    biased;
                    ended = receive(&mut server, &mut to_client, &request.method, rule.as_ref()) => ended,
                    ended = send(&mut client, &mut to_server, &request, &sent) => Ok(ended),
                };
                // A reply before the request's end: what is left of it cannot be told from the next one.
                ended.map(
                    |ended| if ended == Ended::Whole && !sent.load(Relaxed) { Ended::Unread } else { ended },
                )
            }
        };
        match ended {
            Ok(Ended::Whole) => {}
            Ok(Ended::Unread) => break,
            Ok(Ended::Close) | Err(_) => return Over::Close,
        }
    }
    both(pipe(client, &mut to_server), pipe(server, &mut to_client)).await
}

/// The next request's head, still in front of what was read ahead. `None`: from here on everything passes unread. So it does
/// when the upstream speaks unasked, or ends.
async fn next<C, S>(client: &mut Intake<C>, server: &mut Intake<S>) -> Option<Request>
where
    C: AsyncRead + Unpin,
    S: AsyncRead + Unpin,
{
    loop {
        if !client.ahead.is_empty() {
            match request(&client.ahead) {
                Parsed::Head(head) => return Some(head),
                Parsed::Foreign => return None,
                Parsed::Partial => {}
            }
        }
        if client.over || server.over || !server.ahead.is_empty() {
            return None;
        }
        tokio::select! {
            biased;
            read = client.more() => read.ok().filter(|read| *read > 0).map(drop)?,
            _ = server.more() => return None,
        }
    }
}

/// Everything from here on, as it is.
async fn pipe<R, W>(mut from: Intake<R>, to: &mut W) -> Over
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let piped = async {
        to.write_all(&from.ahead).await?;
        to.flush().await?;
        if !from.over {
            copy(from.reader(), to).await?;
        }
        to.shutdown().await
    };
    match piped.await {
        Ok(()) => Over::Said,
        Err(_) => Over::Unwritable,
    }
}
