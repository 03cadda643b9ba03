//! Takes the attempts of setup and teardown, which run on the coordinator's own thread.

use crate::event::{Attempt, BatchSink, Event, EventSink, Exchange, Nanos};
use crate::flow::AttemptSink;
use crate::record::Recorder;
use std::cell::RefCell;
use std::sync::Arc;

/// Keeps attempts until they are handed over.
pub(super) struct Serial {
    recorder: Arc<Recorder>,
    rows: RefCell<Vec<Attempt>>,
}

impl Serial {
    pub(super) fn new(recorder: Arc<Recorder>) -> Serial {
        Serial { recorder, rows: RefCell::default() }
    }

    /// Hands everything over. What the writer cannot take yet stays for the next time.
    pub(super) fn flush(&self) {
        self.recorder.submit(&mut self.rows.borrow_mut());
    }
}

impl AttemptSink for Serial {
    fn attempt(&self, attempt: Attempt) {
        self.rows.borrow_mut().push(attempt);
    }

    fn exchange(&self, sample: Exchange, at: Nanos) {
        self.recorder.emit(at, Event::Exchange(sample));
    }

    fn instance(&self, name: &str) -> u16 {
        self.recorder.instance(name, None)
    }
}
