//! One connection: the upstream is dialled, both directions run, and it ends as the toxics want.

use super::counters::Open;
use super::http;
use super::item::Stream;
use super::limits;
use super::link::{Over, both};
use super::listener;
use super::shared::Shared;
use socket2::SockRef;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;
use tokio::io::{duplex, split};
use tokio::net::TcpStream;

/// What a listener's connections are to do.
#[derive(Clone, Debug)]
pub(super) struct Way {
    /// Where the upstream is.
    pub upstream: String,
    /// Whether requests are looked at, so that HTTP rules can strike them.
    pub http: bool,
    /// Whether a client is reset, not closed, where the upstream does not answer.
    pub refuse: bool,
}

/// What stands for the address to which a client came.
pub(super) const CAME_TO: &str = "*:";
/// Between the part that knows HTTP and the part that knows toxics: so much may be on its way.
const BETWEEN: usize = 64 * 1024;
/// How long a client may take for the last bytes of a connection that the toxics have closed.
const FLUSH: Duration = Duration::from_secs(5);

/// Serves one client to its end.
pub(super) async fn serve(mut client: TcpStream, way: Arc<Way>, shared: Arc<Shared>) {
    let _open = Open::count(&shared.counters);
    let number = shared.number();
    let mut upstream = match dial(&upstream_of(&way.upstream, &client)).await {
        Ok(upstream) => upstream,
        Err(error) => {
            if listener::is_own(&error) {
                listener::limited(&shared, || format!("connecting to the upstream: {error}"));
            }
            shared.counters.undialled.fetch_add(1, Relaxed);
            if way.refuse {
                reset(&client);
            }
            return;
        }
    };
    // A proxy adds no waiting of its own. An error here means that the connection is gone; the relay will find out.
    let _ = client.set_nodelay(true);
    let over = if way.http {
        relay_requests(&mut client, &mut upstream, &shared, number).await
    } else {
        relay(&mut client, &mut upstream, &shared, number).await
    };
    if over == Over::Reset {
        reset(&client);
        reset(&upstream);
    }
}

async fn relay(client: &mut TcpStream, upstream: &mut TcpStream, shared: &Shared, number: u64) -> Over {
    let (from_client, to_client) = client.split();
    let (from_upstream, to_upstream) = upstream.split();
    both(
        shared.link(from_client, to_upstream, Stream::Upstream, number).run(),
        shared.link(from_upstream, to_client, Stream::Downstream, number).run(),
    )
    .await
}

/// The same with the part that knows HTTP between the client and the toxics.
async fn relay_requests(
    client: &mut TcpStream,
    upstream: &mut TcpStream,
    shared: &Shared,
    number: u64,
) -> Over {
    let (near, far) = duplex(BETWEEN);
    let requests = http::relay(client, far, shared);
    tokio::pin!(requests);
    let shaped = async {
        let (from_near, to_near) = split(near);
        let (from_upstream, to_upstream) = upstream.split();
        both(
            shared.link(from_near, to_upstream, Stream::Upstream, number).run(),
            shared.link(from_upstream, to_near, Stream::Downstream, number).run(),
        )
        .await
    };
    let over = tokio::select! {
        over = &mut requests => return over,
        over = shaped => over,
    };
    if over == Over::Close {
        // What has come through the toxics by now still goes to the client.
        let _ = tokio::time::timeout(FLUSH, requests).await;
    }
    over
}

/// Where the upstream is: `*:8080` is that port at the address to which the client came, where its connection was led away
/// from that port to us.
fn upstream_of(upstream: &str, client: &TcpStream) -> String {
    let came_to = upstream.strip_prefix(CAME_TO).and_then(|port| Some((client.local_addr().ok()?, port)));
    came_to.map_or_else(
        || upstream.to_owned(),
        |(address, port)| match address.ip().to_canonical() {
            IpAddr::V4(address) => format!("{address}:{port}"),
            IpAddr::V6(address) => format!("[{address}]:{port}"),
        },
    )
}

/// A connection to the upstream.
pub(super) async fn dial(upstream: &str) -> io::Result<TcpStream> {
    let dialled = tokio::time::timeout(limits::DIAL, TcpStream::connect(upstream));
    let stream = dialled.await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
    let _ = stream.set_nodelay(true);
    Ok(stream)
}

/// The socket will send RST when it is closed. An error means that it is closed already.
fn reset(stream: &TcpStream) {
    let _ = SockRef::from(stream).set_linger(Some(Duration::ZERO));
}
