//! The proxy at work: as a program of its own, or on a thread inside another one.

use super::api::{self, serve};
use super::proxies::Proxies;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Handle, Runtime};

/// What `shakedown proxy` is told.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the interface listens.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Proxies to begin with: the body of a `POST /populate`.
    pub config: Option<PathBuf>,
    /// Where chance comes from.
    pub seed: u64,
}

/// The interface, listening, with the proxies of the configuration file.
pub struct Program {
    listener: TcpListener,
    proxies: Arc<Proxies>,
}

impl Program {
    /// Listens and makes the configured proxies. Must be called inside a runtime. The error says what cannot be done.
    pub async fn start(settings: &Settings) -> Result<Program, String> {
        let proxies = Arc::new(Proxies::new(settings.seed, Handle::current()));
        let listener = TcpListener::bind((settings.host.as_str(), settings.port)).await.map_err(|error| {
            format!(
                "the interface cannot listen on {}:{}: {error}; choose another `--port`, or end what has it",
                settings.host, settings.port
            )
        })?;
        if let Some(file) = &settings.config {
            let wrong = |what: String| format!("{}: {what}", file.display());
            let text = std::fs::read(file).map_err(|error| wrong(format!("cannot be read: {error}")))?;
            let specs = api::config(&text).map_err(|error| wrong(error.message))?;
            proxies.populate(specs).await.1.map_err(|error| wrong(error.message))?;
        }
        Ok(Program { listener, proxies })
    }

    /// Where the interface listens.
    pub fn address(&self) -> Result<SocketAddr, String> {
        self.listener.local_addr().map_err(|error| error.to_string())
    }

    /// The proxies.
    pub fn proxies(&self) -> &Arc<Proxies> {
        &self.proxies
    }

    /// Serves until `stop` is done; then closes everything.
    pub async fn run(self, stop: impl Future<Output = ()> + Send + 'static) -> Result<(), String> {
        let served = serve(self.listener, Arc::clone(&self.proxies), stop).await;
        self.proxies.clear().await;
        served.map_err(|error| format!("the interface has ended: {error}"))
    }
}

/// Proxies on a thread of their own, so that neither they nor their host wait for each other. Dropping it closes them all.
#[derive(Debug)]
pub struct Embedded {
    proxies: Arc<Proxies>,
    runtime: Option<Runtime>,
}

impl Embedded {
    /// No proxies yet.
    pub fn start(seed: u64) -> Result<Embedded, String> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("proxy")
            .enable_all()
            .build()
            .map_err(|error| format!("the proxy's thread cannot be started: {error}"))?;
        let proxies = Arc::new(Proxies::new(seed, runtime.handle().clone()));
        Ok(Embedded { proxies, runtime: Some(runtime) })
    }

    /// The proxies.
    pub fn proxies(&self) -> &Arc<Proxies> {
        &self.proxies
    }

    /// Does something with them and waits for it; for a host that has no runtime of its own. `None`: it is being dropped.
    pub fn wait<T>(&self, act: impl Future<Output = T>) -> Option<T> {
        self.runtime.as_ref().map(|runtime| runtime.block_on(act))
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        // Waiting for the thread would not be allowed where a runtime of the host's own drops us.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
