//! The nodes of the cluster: whichever answers first, beginning with the one that answered last.

use crate::environment::Environment;
use crate::log;
use lapin::{Connection, ConnectionProperties};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::time::timeout;

/// Seconds between signs of life; a node that is silent for twice as long is given up.
const HEARTBEAT: u32 = 4;

/// See the file's head.
#[derive(Clone)]
pub struct Nodes {
    urls: Arc<Vec<String>>,
    next: Arc<AtomicUsize>,
    /// `BROKER_TIMEOUT_MS`: how long a node may take to let us in, and for an answer.
    pub(super) within: Duration,
}

impl Nodes {
    /// From `AMQP_URLS`.
    pub fn new(environment: &Environment) -> Result<Nodes, String> {
        environment
            .required("AMQP_URLS", "amqp://shop:shop@rabbit-1:5672/%2f,amqp://shop:shop@rabbit-2:5672/%2f")?;
        let urls = environment.list("AMQP_URLS", "");
        for url in &urls {
            let parsed: Result<lapin::uri::AMQPUri, _> = url.parse();
            parsed.map_err(|error| format!("AMQP_URLS: `{url}` is no address of a broker: {error}"))?;
        }
        let first = fastrand::usize(..urls.len());
        let within = environment.milliseconds("BROKER_TIMEOUT_MS", 2_000)?;
        Ok(Nodes { urls: Arc::new(urls), next: Arc::new(AtomicUsize::new(first)), within })
    }

    /// A connection to a node; each is tried once.
    pub async fn connect(&self, purpose: &str) -> Result<Connection, String> {
        let mut last = String::new();
        for _ in 0..self.urls.len() {
            let place = self.next.load(Ordering::Relaxed) % self.urls.len();
            let url = &self.urls[place];
            let mark = if url.contains('?') { '&' } else { '?' };
            let url =
                format!("{url}{mark}heartbeat={HEARTBEAT}&connection_timeout={}", self.within.as_millis());
            let properties =
                ConnectionProperties::default().with_connection_name(format!("refshop {purpose}").into());
            match timeout(self.within, Connection::connect(&url, properties)).await {
                Ok(Ok(connection)) => return Ok(connection),
                Ok(Err(error)) => last = error.to_string(),
                Err(_) => last = format!("no answer within {} ms", self.within.as_millis()),
            }
            log::warn("a broker's node does not answer", &[("node", &place), ("error", &last)]);
            self.next.store(place + 1, Ordering::Relaxed);
        }
        Err(format!("no node of the broker answers; the last: {last}"))
    }

    /// The node that was used last is not to be the first that is tried again.
    pub fn blame(&self) {
        self.next.fetch_add(1, Ordering::Relaxed);
    }
}
