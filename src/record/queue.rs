//! Between those who record and the one who writes: bounded, and nobody waits for the disk.

use crate::event::{Attempt, Sample, Timed};
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Attempts that may wait for the writer; about 30 MB.
const MOST_WAITING: usize = 128 * 1024;
/// Empty buffers that are kept for those who record hold no more attempts than this, all together.
const MOST_SPARE: usize = 128 * 1024;
/// Events and samples are rare; so many can only wait if something has gone badly wrong.
const MOST_RARE: usize = 64 * 1024;

/// What the writer is to do next.
pub(super) struct Work {
    pub(super) rows: Option<Vec<Attempt>>,
    pub(super) events: VecDeque<Timed>,
    pub(super) samples: VecDeque<Sample>,
    /// Whether more rows wait.
    pub(super) more: bool,
    /// Nothing will come after this.
    pub(super) done: bool,
}

/// What could not be taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) attempts: u64,
    pub(super) events: u64,
    pub(super) samples: u64,
}

#[derive(Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Default)]
struct State {
    rows: VecDeque<Vec<Attempt>>,
    /// Attempts in `rows` and in the writer's hands.
    waiting: usize,
    events: VecDeque<Timed>,
    samples: VecDeque<Sample>,
    spare: Vec<Vec<Attempt>>,
    spare_room: usize,
    closed: bool,
    refused: Refused,
}

impl Queue {
    /// Takes all rows and leaves an empty buffer; `false` if too many wait. After the queue was closed rows are counted as
    /// refused and dropped: there is nobody left to write them.
    pub(super) fn submit(&self, rows: &mut Vec<Attempt>) -> bool {
        if rows.is_empty() {
            return true;
        }
        let mut state = self.lock();
        if state.closed {
            state.refused.attempts += rows.len() as u64;
            rows.clear();
            return true;
        }
        // A single buffer is taken whatever its size, or it could never be.
        if state.waiting > 0 && state.waiting + rows.len() > MOST_WAITING {
            return false;
        }
        let empty = match state.spare.pop() {
            Some(spare) => {
                state.spare_room -= spare.capacity();
                spare
            }
            // As large as it will be filled: growing would stall the one who records.
            None => Vec::with_capacity(rows.len()),
        };
        state.waiting += rows.len();
        state.rows.push_back(std::mem::replace(rows, empty));
        self.wake.notify_one();
        true
    }

    /// Takes an event; `false`, and counted, if it cannot.
    pub(super) fn event(&self, event: Timed) -> bool {
        let mut state = self.lock();
        if state.closed || state.events.len() >= MOST_RARE {
            state.refused.events += 1;
            return false;
        }
        state.events.push_back(event);
        self.wake.notify_one();
        true
    }

    /// Takes a sample; `false`, and counted, if it cannot.
    pub(super) fn sample(&self, sample: Sample) -> bool {
        let mut state = self.lock();
        if state.closed || state.samples.len() >= MOST_RARE {
            state.refused.samples += 1;
            return false;
        }
        state.samples.push_back(sample);
        self.wake.notify_one();
        true
    }

    /// Nothing is taken from now on; what waits will still be written.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.wake.notify_one();
    }

    /// What could not be taken so far.
    pub(super) fn refused(&self) -> Refused {
        self.lock().refused
    }

    /// The writer's side: waits for something to do, at most until then.
    pub(super) fn take(&self, until: Instant) -> Work {
        let mut state = self.lock();
        while state.is_idle() && !state.closed {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let woken = self.wake.wait_timeout(state, left);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
        let rows = state.rows.pop_front();
        let more = !state.rows.is_empty();
        Work {
            rows,
            events: std::mem::take(&mut state.events),
            samples: std::mem::take(&mut state.samples),
            more,
            done: state.closed && !more,
        }
    }

    /// The writer's side: gives a buffer back that held `count` rows.
    pub(super) fn recycle(&self, mut buffer: Vec<Attempt>, count: usize) {
        // Strings are freed here and not under the lock.
        buffer.clear();
        let mut state = self.lock();
        state.waiting -= count;
        if state.spare_room + buffer.capacity() <= MOST_SPARE {
            state.spare_room += buffer.capacity();
            state.spare.push(buffer);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it holds the lock, and no half-done change could be seen if it did.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_idle(&self) -> bool {
        self.rows.is_empty() && self.events.is_empty() && self.samples.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Event, Nanos};
    use crate::record::tests::attempt;

    fn rows(count: usize) -> Vec<Attempt> {
        (0..count as u64).map(attempt).collect()
    }

    #[test]
    fn rows_that_cannot_be_taken_stay_where_they_are() {
        let queue = Queue::default();
        let mut large = rows(MOST_WAITING + 5);
        assert!(queue.submit(&mut large) && large.is_empty(), "one buffer is always taken");
        let mut more = rows(3);
        assert!(!queue.submit(&mut more));
        assert_eq!(more, rows(3));
        let taken = queue.take(Instant::now()).rows.expect("rows");
        assert!(!queue.submit(&mut more), "they wait until they are written");
        let count = taken.len();
        queue.recycle(taken, count);
        assert!(queue.submit(&mut more));
    }

    #[test]
    fn buffers_come_back_with_room() {
        let queue = Queue::default();
        let mut buffer = rows(100);
        queue.submit(&mut buffer);
        assert!(buffer.is_empty() && buffer.capacity() >= 100, "a new one");
        let taken = queue.take(Instant::now()).rows.expect("rows");
        queue.recycle(taken, 100);
        let mut buffer = rows(1);
        queue.submit(&mut buffer);
        assert!(buffer.is_empty() && buffer.capacity() >= 100);
    }

    #[test]
    fn what_waits_is_still_handed_out_after_the_close_and_what_comes_later_is_counted() {
        let queue = Queue::default();
        queue.submit(&mut rows(2));
        queue.submit(&mut rows(1));
        queue.close();
        queue.submit(&mut rows(7));
        let note = Timed { time: Nanos(0), event: Event::Note { text: String::new() } };
        assert!(!queue.event(note));
        let first = queue.take(Instant::now());
        assert!(!first.done && first.rows.is_some_and(|rows| rows.len() == 2));
        let second = queue.take(Instant::now());
        assert!(second.done && second.rows.is_some_and(|rows| rows.len() == 1));
        assert_eq!(queue.refused(), Refused { attempts: 7, events: 1, samples: 0 });
    }

    #[test]
    fn too_many_events_are_counted() {
        let queue = Queue::default();
        for _ in 0..MOST_RARE + 2 {
            queue.event(Timed { time: Nanos(0), event: Event::Note { text: String::new() } });
        }
        assert_eq!(queue.refused().events, 2);
    }
}
