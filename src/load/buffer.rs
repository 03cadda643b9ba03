//! A worker's rows on their way to the record.

use crate::event::{Attempt, BatchSink, Clock, Event, EventSink, Exchange, LoadEvent, Nanos};
use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::time::Duration;

/// How many rows go to the record at once: few enough (half a megabyte) that they are still in the cache when they are
/// written, and many enough that the handing over does not count.
pub(crate) const BATCH: usize = 2048;

/// How long a worker that has ended waits for the record to take its last rows.
const LAST_TRIES: u32 = 30_000;

/// Collects attempts and hands them over by the thousand. Of one thread.
pub(crate) struct Buffer {
    rows: RefCell<Vec<Attempt>>,
    /// At how many rows to try the next time.
    full: Cell<usize>,
    behind: Cell<bool>,
    batches: Arc<dyn BatchSink>,
    events: Arc<dyn EventSink>,
    clock: Clock,
}

impl Buffer {
    pub(crate) fn new(batches: Arc<dyn BatchSink>, events: Arc<dyn EventSink>, clock: Clock) -> Buffer {
        let rows = RefCell::new(Vec::with_capacity(BATCH));
        Buffer { rows, full: Cell::new(BATCH), behind: Cell::new(false), batches, events, clock }
    }

    /// Takes one attempt.
    #[inline]
    pub(crate) fn attempt(&self, attempt: Attempt) {
        let mut rows = self.rows.borrow_mut();
        rows.push(attempt);
        if rows.len() >= self.full.get() {
            self.hand_over(&mut rows);
        }
    }

    /// Takes a sample of an exchange that was not good.
    pub(crate) fn exchange(&self, sample: Exchange, at: Nanos) {
        self.events.emit(at, Event::Exchange(sample));
    }

    /// Tells what happened to the load.
    pub(crate) fn tell(&self, at: Nanos, event: LoadEvent) {
        self.events.emit(at, Event::Load(event));
    }

    /// Hands over what there is, so that whoever watches live lags by no more than the distance of these calls.
    pub(crate) fn flush(&self) {
        let mut rows = self.rows.borrow_mut();
        if !rows.is_empty() {
            self.hand_over(&mut rows);
        }
    }

    /// Hands over the last rows, and waits for the record where it cannot follow; not for ever.
    pub(crate) fn finish(&self) -> Result<(), String> {
        for _ in 0..LAST_TRIES {
            self.flush();
            let left = self.rows.borrow().len();
            if left == 0 {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        Err(format!(
            "the record did not take the last {} attempts within 30 s: is the disk that holds the reports full or very slow?",
            self.rows.borrow().len()
        ))
    }

    fn hand_over(&self, rows: &mut Vec<Attempt>) {
        if self.batches.submit(rows) {
            self.full.set(BATCH);
            self.behind.set(false);
            return;
        }
        // Asked again only when there is a good deal more: the record is busy enough.
        self.full.set(rows.len() + BATCH / 8);
        if !self.behind.replace(true) {
            self.tell(self.clock.now(), LoadEvent::WriterBehind { rows: rows.len() as u64 });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::tests::fakes::{Kept, row};

    fn buffer() -> (Arc<Kept>, Buffer) {
        let kept = Arc::new(Kept::default());
        (kept.clone(), Buffer::new(kept.clone(), kept, Clock::start()))
    }

    #[test]
    fn rows_go_over_by_whole_batches_and_the_rest_on_demand() {
        let (kept, buffer) = buffer();
        for number in 0..BATCH as u64 + 5 {
            buffer.attempt(row(number));
        }
        assert_eq!(kept.batches(), [BATCH]);
        buffer.flush();
        buffer.flush();
        assert_eq!(kept.batches(), [BATCH, 5]);
        let ops: Vec<u64> = kept.rows().iter().map(|row| row.op).collect();
        assert!(ops.iter().copied().eq(0..BATCH as u64 + 5));
    }

    #[test]
    fn a_slow_writer_loses_nothing_and_is_told_of_once_per_episode() {
        let (kept, buffer) = buffer();
        for episode in 1..=2 {
            kept.refuse(true);
            for number in 0..3 * BATCH as u64 {
                buffer.attempt(row(number));
            }
            let behind = |event: &Event| matches!(event, Event::Load(LoadEvent::WriterBehind { rows: 2048 }));
            assert_eq!(kept.events().iter().filter(|event| behind(event)).count(), episode);
            kept.refuse(false);
            buffer.finish().expect("taken");
            assert_eq!(kept.rows().len(), episode * 3 * BATCH);
        }
    }

    #[test]
    fn a_busy_writer_is_not_asked_for_every_row() {
        let (kept, buffer) = buffer();
        kept.refuse(true);
        for number in 0..2 * BATCH as u64 {
            buffer.attempt(row(number));
        }
        assert_eq!(kept.asked(), 9);
    }
}
