//! What the user sees while a run lasts: a view in a terminal, a line every five seconds elsewhere.

mod draw;
mod heat;
mod state;

use super::output;
use crate::plan::Plan;
use crate::record::Observer;
use crate::run::Watch;
use state::State;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often the view is drawn again, in a terminal and elsewhere.
const REDRAW: Duration = Duration::from_millis(500);
const LINE: Duration = Duration::from_secs(5);

/// The running view.
pub(super) struct Live {
    stop: Sender<()>,
    thread: Option<JoinHandle<()>>,
}

impl Live {
    /// Starts the view; the observer feeds it.
    pub(super) fn start(plan: &Plan, watch: Arc<Watch>, quiet: bool) -> (Live, Box<dyn Observer>) {
        let state = Arc::new(Mutex::new(State::new(plan, watch)));
        let (stop, stopped) = channel();
        let shown = state.clone();
        let thread = (!quiet).then(|| {
            std::thread::spawn(move || {
                let terminal = output::live();
                let mut drawn = 0;
                let every = if terminal { REDRAW } else { LINE };
                while stopped.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
                    let mut state = shown.lock().unwrap_or_else(PoisonError::into_inner);
                    if terminal {
                        drawn = draw::block(&mut state, drawn);
                    } else if let Some(line) = draw::line(&mut state) {
                        output::line(&line);
                    }
                }
                if terminal {
                    draw::clear(drawn);
                }
            })
        });
        (Live { stop, thread }, Box::new(state::Feed(state)))
    }

    /// Ends the view and leaves the terminal clean.
    pub(super) fn stop(mut self) {
        let _ = self.stop.send(());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
