//! `run --metrics-addr ADDRESS`: the run's figures while it lasts, as OpenMetrics, under the names that the report uses.

mod server;
mod state;
mod text;

use super::Stop;
use crate::plan::Plan;
use crate::record::Observer;
use crate::run::Watch;
use server::Server;
use state::{Feed, State};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// The endpoint of a run.
pub(super) struct Metrics {
    server: Server,
}

impl Metrics {
    /// Listens; the observer feeds it. Port 0 takes a free one, which is told.
    pub(super) fn start(
        plan: &Plan,
        watch: Arc<Watch>,
        address: SocketAddr,
    ) -> Result<(Metrics, Box<dyn Observer>), Stop> {
        let state = Arc::new(Mutex::new(State::new(plan)));
        let shown = state.clone();
        let page = move || {
            let state = shown.lock().unwrap_or_else(PoisonError::into_inner);
            text::page(&state, watch.in_flight())
        };
        let server = Server::start(address, page)
            .map_err(|error| Stop::deployment(format!("--metrics-addr {address}: cannot listen: {error}")))?;
        super::output::line(&format!("shakedown: metrics at http://{}/metrics", server.address()));
        Ok((Metrics { server }, Box::new(Feed(state))))
    }

    /// Ends it.
    pub(super) fn stop(self) {
        self.server.stop();
    }
}
