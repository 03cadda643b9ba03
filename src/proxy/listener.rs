//! The accept loop of a proxy. It does nothing but accept: dialling is the connection's own business.

use super::address;
use super::connection::{self, Way};
use super::limits;
use super::shared::Shared;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::{Semaphore, oneshot};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, sleep, sleep_until};

/// How long the upstream may take to answer where it is only looked at.
const LOOK_WITHIN: Duration = Duration::from_secs(1);

/// A listener at work.
#[derive(Debug)]
pub(super) struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    stop: oneshot::Sender<()>,
    done: JoinHandle<()>,
}

impl Running {
    /// Starts to listen. Must be called inside a runtime.
    pub(super) fn start(socket: TcpSocket, way: Way, shared: Arc<Shared>) -> Result<Running, super::Error> {
        let asked = socket.local_addr().map_err(super::Error::internal)?;
        let listener = address::listen(socket, asked)?;
        let address = listener.local_addr().map_err(super::Error::internal)?;
        let (stop, stopped) = oneshot::channel();
        let done = tokio::spawn(accept(listener, address, Arc::new(way), shared, stopped));
        Ok(Running { address, stop, done })
    }

    /// Stops listening and closes every connection; both are done when it returns.
    pub(super) async fn stop(self) {
        let _ = self.stop.send(());
        let _ = self.done.await;
    }
}

async fn accept(
    listener: TcpListener,
    address: SocketAddr,
    way: Arc<Way>,
    shared: Arc<Shared>,
    mut stopped: oneshot::Receiver<()>,
) {
    let mut connections = JoinSet::new();
    let accepting = async {
        let mut listener = Some(listener);
        let places = Arc::new(Semaphore::new(limits::CONNECTIONS));
        let mut look_at = Instant::now();
        let looks = way.refuse && !way.upstream.starts_with(connection::CAME_TO);
        loop {
            // Where every client says by its coming where the upstream is, there is nothing to look at.
            if looks && Instant::now() >= look_at {
                listener = kept_while_up(&way, listener.take(), address).await;
                look_at = Instant::now() + limits::LOOK;
            }
            let Some(open) = &listener else { return };
            // A connection that has no place stays in the kernel's backlog.
            if places.available_permits() == 0 {
                let most = limits::CONNECTIONS;
                limited(&shared, || {
                    format!("it serves {most} connections at once, and more wait to be accepted")
                });
            }
            let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
            let accepted = tokio::select! {
                accepted = open.accept() => accepted,
                () = sleep_until(look_at), if looks => continue,
                Some(_) = connections.join_next() => continue,
            };
            match accepted {
                Ok((client, _)) => {
                    shared.counters.accepted.fetch_add(1, Relaxed);
                    let serving = connection::serve(client, Arc::clone(&way), Arc::clone(&shared));
                    connections.spawn(async move {
                        serving.await;
                        drop(place);
                    });
                }
                // Out of file descriptors, or a client that is gone already: the next one may fare better.
                Err(error) => {
                    if is_own(&error) {
                        limited(&shared, || {
                            format!("accepting: {error}; raise the limit on open files (`ulimit -n`)")
                        });
                    }
                    sleep(limits::ACCEPT_AGAIN).await;
                }
            }
        }
    };
    tokio::select! {
        biased;
        _ = &mut stopped => {}
        () = accepting => {}
    }
    connections.shutdown().await;
}

/// Keeps the first thing that failed at a limit of our own.
pub(super) fn limited(shared: &Shared, what: impl FnOnce() -> String) {
    shared.counters.own_limit.get_or_init(what);
}

/// Whether it is neither the client's nor the upstream's doing: descriptors, ports and memory of this machine.
pub(super) fn is_own(error: &std::io::Error) -> bool {
    use rustix::io::Errno;
    let own = [Errno::MFILE, Errno::NFILE, Errno::ADDRNOTAVAIL, Errno::NOBUFS, Errno::NOMEM];
    Errno::from_io_error(error).is_some_and(|errno| own.contains(&errno))
}

/// The listener, if the upstream is up. Where it is down the port is kept without listening, so that clients are refused,
/// until it is up again; then a new listener is given.
async fn kept_while_up(way: &Way, listener: Option<TcpListener>, address: SocketAddr) -> Option<TcpListener> {
    if listener.is_some() && is_up(&way.upstream).await {
        return listener;
    }
    drop(listener);
    loop {
        let held = address::bind(address);
        sleep(limits::LOOK).await;
        // Somebody has taken the port in the moment between: it will be ours again when he leaves it.
        let Ok(held) = held else { continue };
        while !is_up(&way.upstream).await {
            sleep(limits::LOOK).await;
        }
        if let Ok(open) = address::listen(held, address) {
            return Some(open);
        }
    }
}

async fn is_up(upstream: &str) -> bool {
    tokio::time::timeout(LOOK_WITHIN, connection::dial(upstream)).await.is_ok_and(|dialled| dialled.is_ok())
}
