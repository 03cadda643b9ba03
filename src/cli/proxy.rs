//! `shakedown proxy`: the TCP fault proxy as a program of its own.

use super::{Exit, Stop, output};
use crate::proxy::{Program, Settings, VERSION};
use rustix::process::{Resource, getrlimit, setrlimit};
use std::path::PathBuf;
use tokio::signal::unix::{SignalKind, signal};

/// Serve a TCP fault proxy with Toxiproxy's HTTP interface.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Where the interface listens.
    #[arg(long, default_value = "localhost")]
    pub host: String,
    /// The interface's port; 0 for a free one.
    #[arg(long, default_value_t = 8474)]
    pub port: u16,
    /// A JSON file with the proxies to begin with: the body of a `POST /populate`.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where chance (toxicity, jitter, slices, shares of requests) comes from. Default: another one each time; it is told.
    #[arg(long)]
    pub seed: Option<u64>,
}

/// Serves until it is told to stop (SIGINT, SIGTERM).
pub fn main(arguments: Arguments) -> Result<Exit, Stop> {
    raise_file_limit();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Stop::deployment)?;
    let seed = arguments.seed.unwrap_or_else(some_seed);
    let settings = Settings { host: arguments.host, port: arguments.port, config: arguments.config, seed };
    runtime.block_on(async {
        let stop = told_to_stop().map_err(Stop::deployment)?;
        let program = Program::start(&settings).await.map_err(Stop::deployment)?;
        let address = program.address().map_err(Stop::deployment)?;
        output::line(&format!(
            "shakedown proxy: Toxiproxy's interface ({VERSION}) on http://{address}, seed {seed}"
        ));
        program.run(stop).await.map_err(Stop::deployment)
    })?;
    Ok(Exit::Pass)
}

/// Each connection takes two file descriptors: as many as we may have. Where that fails there are fewer.
fn raise_file_limit() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    let _ = setrlimit(Resource::Nofile, limit);
}

/// Done with the first signal that asks for an end.
fn told_to_stop() -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// A seed that nobody chose: from the time and the process.
fn some_seed() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    u64::from(now.subsec_nanos()) ^ (now.as_secs() << 20) ^ u64::from(std::process::id())
}
