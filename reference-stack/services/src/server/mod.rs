//! What every service does the same: listens, signs its replies, turns away what is too much, tells how it is, ends in
//! order.

mod door;
mod envelope;
mod health;
pub mod request_id;
pub mod shed;
mod stop;

pub use stop::Stop;

use crate::environment::Environment;
use crate::{crash, log};
use axum::Router;
use axum::http::HeaderValue;
use axum::middleware;
use axum::routing::{get, put};
use door::Door;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::{Semaphore, watch};

/// The longest that an orderly end takes: drain, close, work in the background.
const END: Duration = Duration::from_millis(4_500);

/// What the parts of a service share.
pub struct Server {
    /// Who replies: the host's name, or `INSTANCE`.
    pub instance: String,
    /// Told when the process must end.
    pub stop: Stop,
    signature: HeaderValue,
    version: HeaderValue,
    ready: watch::Sender<bool>,
    in_flight: Arc<Semaphore>,
    connections: usize,
    silence: Duration,
    within: Duration,
    drain: Duration,
    log_all: bool,
    address: SocketAddr,
}

/// Where to listen.
pub fn listen_address(environment: &Environment) -> Result<SocketAddr, String> {
    let text = environment.text("LISTEN").unwrap_or("0.0.0.0:8080");
    text.parse().map_err(|_| format!("LISTEN={text} must be an address and a port, like 0.0.0.0:8080"))
}

impl Server {
    /// Reads what all services understand.
    pub fn new(environment: &Environment) -> Result<Arc<Server>, String> {
        crash::prepare(environment)?;
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        let instance = environment.text("INSTANCE").unwrap_or(match host.trim() {
            "" => "unknown",
            host => host,
        });
        let version = environment.text("VERSION").unwrap_or(env!("CARGO_PKG_VERSION"));
        let header = |name: &str, text: &str| {
            HeaderValue::from_str(text).map_err(|_| format!("{name}={text} must be visible ASCII"))
        };
        Ok(Arc::new(Server {
            instance: instance.to_owned(),
            stop: Stop::on_signal(),
            signature: header("INSTANCE", instance)?,
            version: header("VERSION", version)?,
            ready: watch::Sender::new(false),
            in_flight: Arc::new(Semaphore::new(shed::room(environment)?)),
            connections: environment.number("MAX_CONNECTIONS", 1_000, 1..=100_000)?,
            silence: environment.milliseconds("IDLE_TIMEOUT_MS", 75_000)?,
            within: environment.milliseconds("REQUEST_TIMEOUT_MS", 5_000)?,
            drain: environment.milliseconds("DRAIN_MS", 1_000)?.min(Duration::from_secs(2)),
            log_all: environment.choice("LOG", &[("failures", false), ("requests", true)])?,
            address: listen_address(environment)?,
        }))
    }

    /// From now on the balancer may send requests.
    pub fn is_ready(&self) {
        if !self.ready.send_replace(true) {
            log::info("ready", &[]);
        }
    }

    /// Serves `api` (under the limits) and `open` (without: audits, switches) from when it is ready until told to stop,
    /// then ends in order.
    ///
    /// The address is taken at once, and connections to it are refused until then: a balancer that learns of an instance by
    /// DNS sends it requests before the first health check, and a refused connection is tried elsewhere at no cost.
    pub async fn run(self: Arc<Server>, api: Router, open: Router) -> Result<(), String> {
        let limited = api.layer(middleware::from_fn_with_state(self.clone(), shed::limit));
        let router = limited
            .merge(open)
            .route("/health/live", get(health::live))
            .route("/health/ready", get(health::ready).with_state(self.clone()))
            .route("/metrics", get(health::metrics).with_state(self.clone()))
            .route("/crash/{point}", put(crash::arm))
            .layer(middleware::from_fn_with_state(self.clone(), envelope::sign));
        let socket = self.bind()?;
        tokio::select! {
            () = self.turns_ready() => {}
            () = self.stop.told() => return Ok(()),
        }
        let door = Door::new(self.listen(socket)?, self.connections, self.silence);
        let server = self.clone();
        let serving = axum::serve(door, router).with_graceful_shutdown(async move {
            server.stop.told().await;
            server.ready.send_replace(false);
            log::info("draining", &[]);
            tokio::time::sleep(server.drain).await;
        });
        let ending = async {
            self.stop.told().await;
            tokio::time::sleep(END).await;
        };
        tokio::select! {
            served = async {
                let served = serving.await;
                self.stop.idle().await;
                served
            } => served.map_err(|error| format!("cannot serve: {error}")),
            () = ending => {
                log::warn("ended with work under way", &[]);
                Ok(())
            }
        }
    }

    async fn turns_ready(&self) {
        // The sender is ours: it cannot be gone.
        let _ = self.ready.subscribe().wait_for(|ready| *ready).await;
    }

    fn bind(&self) -> Result<TcpSocket, String> {
        let address = self.address;
        let bind = || -> std::io::Result<(TcpSocket, SocketAddr)> {
            let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
            // The address may be taken again at once after a restart.
            socket.set_reuseaddr(true)?;
            socket.bind(address)?;
            let bound = socket.local_addr()?;
            Ok((socket, bound))
        };
        let (socket, bound) =
            bind().map_err(|error| format!("cannot take the address {address}: {error}"))?;
        log::info("bound", &[("address", &bound)]);
        Ok(socket)
    }

    fn listen(&self, socket: TcpSocket) -> Result<TcpListener, String> {
        let listener =
            socket.listen(1024).map_err(|error| format!("cannot listen on {}: {error}", self.address))?;
        log::info("listening", &[]);
        Ok(listener)
    }
}
