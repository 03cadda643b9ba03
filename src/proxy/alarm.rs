//! Sleeping until a time, to a tenth of a millisecond. Tokio's own timers tick in whole ones and round up twice: that is more
//! than a toxic may be late.
//!
//! One thread for the whole program sleeps until the first time that anybody waits for.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Condvar, LazyLock, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;
use tokio::time::Instant;

/// Waits until this time.
pub(super) async fn sleep_until(at: Instant) {
    match &*CLOCK {
        Some(clock) => Sleep { clock, at, key: None }.await,
        None => tokio::time::sleep_until(at).await,
    }
}

/// Waits so long.
pub(super) async fn sleep(length: Duration) {
    sleep_until(Instant::now() + length).await;
}

/// Absent where no thread could be started: then tokio's timers have to do.
static CLOCK: LazyLock<Option<Clock>> = LazyLock::new(|| {
    let started = thread::Builder::new().name("alarm".to_owned()).spawn(|| {
        if let Some(clock) = &*CLOCK {
            clock.run();
        }
    });
    started.ok().map(|_| Clock::default())
});

/// A time, and a number that tells those who wait for the same one apart.
type Key = (Instant, u64);

#[derive(Default)]
struct Clock {
    waiting: Mutex<Waiting>,
    /// Told when somebody comes who waits for less than all others.
    sooner: Condvar,
}

#[derive(Default)]
struct Waiting {
    wakers: BTreeMap<Key, Waker>,
    number: u64,
}

impl Clock {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self) {
        let mut waiting = self.waiting();
        loop {
            let now = Instant::now();
            let due = waiting.take_due(now);
            if !due.is_empty() {
                drop(waiting);
                due.into_iter().for_each(Waker::wake);
                waiting = self.waiting();
                continue;
            }
            waiting = match waiting.wakers.first_key_value() {
                None => self.sooner.wait(waiting).unwrap_or_else(PoisonError::into_inner),
                Some((&(first, _), _)) => {
                    let slept = self.sooner.wait_timeout(waiting, first - now);
                    slept.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }
}

impl Waiting {
    fn take_due(&mut self, now: Instant) -> Vec<Waker> {
        let later = self.wakers.split_off(&(now, u64::MAX));
        std::mem::replace(&mut self.wakers, later).into_values().collect()
    }
}

/// A place among those who wait; given up when dropped.
struct Sleep {
    clock: &'static Clock,
    at: Instant,
    key: Option<Key>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if Instant::now() >= self.at {
            return Poll::Ready(());
        }
        let mut waiting = self.clock.waiting();
        let key = self.key.unwrap_or_else(|| {
            waiting.number += 1;
            (self.at, waiting.number)
        });
        waiting.wakers.insert(key, context.waker().clone());
        let is_first = waiting.wakers.first_key_value().is_some_and(|(first, _)| *first == key);
        drop(waiting);
        if is_first && self.key.is_none() {
            self.clock.sooner.notify_one();
        }
        self.key = Some(key);
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(key) = self.key {
            self.clock.waiting().wakers.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[tokio::test]
    async fn nobody_wakes_early_and_all_wake_in_the_order_of_their_times() {
        let begun = Instant::now();
        let order = Arc::new(Mutex::new(Vec::new()));
        let sleepers = [30, 10, 20, 0].map(|millis| {
            let order = Arc::clone(&order);
            tokio::spawn(async move {
                let at = begun + Duration::from_millis(millis);
                sleep_until(at).await;
                assert!(Instant::now() >= at);
                order.lock().expect("lock").push(millis);
            })
        });
        for sleeper in sleepers {
            sleeper.await.expect("no panic");
        }
        assert_eq!(*order.lock().expect("lock"), [0, 10, 20, 30]);
    }

    #[tokio::test]
    async fn who_gives_up_leaves_nothing() {
        let clock = CLOCK.as_ref().expect("a thread");
        let far = Instant::now() + Duration::from_secs(7_000_000);
        tokio::select! {
            () = sleep_until(far) => unreachable!("not in our time"),
            () = sleep(Duration::from_millis(5)) => {}
        }
        assert!(!clock.waiting().wakers.keys().any(|(at, _)| *at == far));
    }
}
