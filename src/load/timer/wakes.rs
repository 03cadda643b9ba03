//! One timer for any number of waiters of a worker: think times, backoff, pauses.

use super::Alarm;
use crate::event::{Clock, Nanos};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::task::{Poll, Waker};
use tokio::sync::Notify;

/// Waiters in the order of their times; one timer of the operating system is set to the first.
pub(crate) struct Wakes {
    clock: Clock,
    alarm: Alarm,
    waiting: RefCell<BTreeMap<Key, Waker>>,
    number: Cell<u64>,
    /// Told when somebody comes who waits for less than all others.
    sooner: Notify,
}

type Key = (Nanos, u64);

impl Wakes {
    /// A timer of the current local runtime, which also drives it.
    pub(crate) fn start(clock: Clock) -> std::io::Result<Rc<Wakes>> {
        let wakes = Rc::new(Wakes {
            clock,
            alarm: Alarm::new()?,
            waiting: RefCell::default(),
            number: Cell::new(0),
            sooner: Notify::new(),
        });
        tokio::task::spawn_local(wakes.clone().drive());
        Ok(wakes)
    }

    /// Waits until a point on the clock.
    pub(crate) async fn until(&self, at: Nanos) {
        let key = (at, self.number.replace(self.number.get() + 1));
        let _entry = Entry { wakes: self, key };
        std::future::poll_fn(|context| {
            if self.clock.now() >= at {
                return Poll::Ready(());
            }
            let mut waiting = self.waiting.borrow_mut();
            waiting.insert(key, context.waker().clone());
            if waiting.first_key_value().is_some_and(|(first, _)| *first == key) {
                self.sooner.notify_one();
            }
            Poll::Pending
        })
        .await;
    }

    async fn drive(self: Rc<Self>) {
        loop {
            let first = self.waiting.borrow().first_key_value().map_or(Nanos::MAX, |(key, _)| key.0);
            tokio::select! {
                biased;
                () = self.sooner.notified() => {}
                () = self.alarm.sleep_until(&self.clock, first) => self.wake_due(),
            }
        }
    }

    fn wake_due(&self) {
        let now = self.clock.now();
        let mut waiting = self.waiting.borrow_mut();
        while let Some(first) = waiting.first_entry() {
            if first.key().0 > now {
                break;
            }
            first.remove().wake();
        }
    }
}

/// A place among the waiters; given up when dropped.
struct Entry<'a> {
    wakes: &'a Wakes,
    key: Key,
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        self.wakes.waiting.borrow_mut().remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiters_wake_in_the_order_of_their_times_and_those_given_up_leave_nothing() {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build_local(Default::default());
        runtime.expect("a runtime").block_on(async {
            let clock = Clock::start();
            let wakes = Wakes::start(clock).expect("a timer");
            let order = Rc::new(RefCell::new(Vec::new()));
            let tasks: Vec<_> = [30i64, 10, 20, 0]
                .map(|ms| {
                    let (wakes, order) = (wakes.clone(), order.clone());
                    tokio::task::spawn_local(async move {
                        let at = Nanos(ms * 1_000_000);
                        wakes.until(at).await;
                        assert!(clock.now() >= at);
                        order.borrow_mut().push(ms);
                    })
                })
                .into();
            tokio::select! {
                () = wakes.until(Nanos::MAX) => unreachable!("not in our time"),
                () = wakes.until(Nanos(5_000_000)) => {}
            }
            for task in tasks {
                task.await.expect("no panic");
            }
            assert_eq!(*order.borrow(), [0, 10, 20, 30]);
            assert!(wakes.waiting.borrow().is_empty());
        });
    }
}
