//! Ends exchanges from outside: at their deadline, or all of them at a cut.
//!
//! One table per client instead of a timer per request: an exchange takes a place in it, leaves its waker there while it
//! waits, and a single task sleeps until the earliest deadline. In the common case (a reply comes long before its
//! deadline) a request costs a place taken and given back, and no timer is touched.

use crate::event::{Clock, Nanos};
use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::rc::{Rc, Weak};
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tokio::time::{Instant, Sleep};

/// Why an exchange has to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Over {
    /// Its deadline has passed.
    Late,
    /// The client was cut.
    Cut,
}

/// The table.
pub(crate) struct Watch {
    inner: Rc<Inner>,
}

struct Inner {
    clock: Clock,
    table: RefCell<Table>,
    cut: Cell<bool>,
    /// When the task looks again; `Nanos::MAX`: when woken.
    alarm: Cell<Nanos>,
    task: RefCell<Option<Waker>>,
    running: Cell<bool>,
}

#[derive(Default)]
struct Table {
    places: Vec<Place>,
    free: Vec<usize>,
}

struct Place {
    deadline: Nanos,
    over: Option<Over>,
    taken: bool,
    waker: Option<Waker>,
}

impl Watch {
    /// An empty table.
    pub(crate) fn new(clock: Clock) -> Watch {
        Watch {
            inner: Rc::new(Inner {
                clock,
                table: RefCell::default(),
                cut: Cell::new(false),
                alarm: Cell::new(Nanos::MAX),
                task: RefCell::default(),
                running: Cell::new(false),
            }),
        }
    }

    /// A place for an exchange that has to end at `deadline`. After a cut it is over at once.
    pub(crate) fn enter(&self, deadline: Nanos) -> Ticket<'_> {
        let inner = &*self.inner;
        let over = inner.cut.get().then_some(Over::Cut);
        let place = Place { deadline, over, taken: true, waker: None };
        let mut table = inner.table.borrow_mut();
        let index = match table.free.pop() {
            Some(index) => {
                table.places[index] = place;
                index
            }
            None => {
                table.places.push(place);
                table.places.len() - 1
            }
        };
        drop(table);
        self.expect(deadline);
        Ticket { watch: self, index }
    }

    /// Ends everything now and everything to come at once.
    pub(crate) fn cut(&self) {
        self.inner.cut.set(true);
        let mut wakers = Vec::new();
        for place in self.inner.table.borrow_mut().places.iter_mut().filter(|place| place.taken) {
            place.over = Some(Over::Cut);
            wakers.extend(place.waker.take());
        }
        wakers.into_iter().for_each(Waker::wake);
    }

    /// Sees to it that the task looks no later than at `deadline`.
    #[inline]
    fn expect(&self, deadline: Nanos) {
        if deadline >= self.inner.alarm.get() {
            return;
        }
        self.inner.alarm.set(deadline);
        if !self.inner.running.replace(true) {
            tokio::task::spawn_local(keep_time(Rc::downgrade(&self.inner)));
        }
        let task = self.inner.task.borrow_mut().take();
        if let Some(waker) = task {
            waker.wake();
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(waker) = self.task.get_mut().take() {
            waker.wake(); // The task then finds the table gone and ends.
        }
    }
}

/// Sleeps until the earliest deadline, for as long as the table is there.
async fn keep_time(table: Weak<Inner>) {
    let mut sleep = pin!(tokio::time::sleep(Duration::ZERO));
    poll_fn(|cx| {
        let Some(inner) = table.upgrade() else { return Poll::Ready(()) };
        inner.look(sleep.as_mut(), cx);
        Poll::Pending
    })
    .await;
}

impl Inner {
    fn look(&self, mut sleep: Pin<&mut Sleep>, cx: &mut Context<'_>) {
        loop {
            let now = self.clock.now();
            let (next, late) = self.sweep(now);
            self.alarm.set(next);
            late.into_iter().for_each(Waker::wake);
            self.task.replace(Some(cx.waker().clone()));
            if next == Nanos::MAX {
                return;
            }
            sleep.as_mut().reset(Instant::now() + (next - now).to_duration());
            if sleep.as_mut().poll(cx).is_pending() {
                return;
            }
        }
    }

    /// Marks those whose deadline has passed; returns the earliest deadline to come, and whom to wake.
    fn sweep(&self, now: Nanos) -> (Nanos, Vec<Waker>) {
        let (mut next, mut late) = (Nanos::MAX, Vec::new());
        for place in &mut self.table.borrow_mut().places {
            if !place.taken || place.over.is_some() {
                continue;
            }
            if place.deadline <= now {
                place.over = Some(Over::Late);
                late.extend(place.waker.take());
            } else {
                next = next.min(place.deadline);
            }
        }
        (next, late)
    }
}

/// A place in the table; given back when dropped.
pub(crate) struct Ticket<'a> {
    watch: &'a Watch,
    index: usize,
}

impl Ticket<'_> {
    /// Whether, and why, the exchange has to end.
    #[inline]
    pub(crate) fn over(&self) -> Option<Over> {
        self.watch.inner.table.borrow().places[self.index].over
    }

    /// Wakes the task of `cx` when the exchange has to end.
    #[inline]
    pub(crate) fn wait(&self, cx: &Context<'_>) {
        let mut table = self.watch.inner.table.borrow_mut();
        let place = &mut table.places[self.index];
        if place.waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
            return;
        }
        let old = place.waker.replace(cx.waker().clone());
        drop(table);
        drop(old);
    }

    /// Sets another deadline. Being late for the former one is forgiven; a cut is not.
    pub(crate) fn until(&self, deadline: Nanos) {
        let mut table = self.watch.inner.table.borrow_mut();
        let place = &mut table.places[self.index];
        place.deadline = deadline;
        if place.over == Some(Over::Late) {
            place.over = None;
        }
        drop(table);
        self.watch.expect(deadline);
    }

    /// Carries out `work`, unless the exchange is over before.
    pub(crate) async fn guard<F: Future>(&self, work: F) -> Result<F::Output, Over> {
        let mut work = pin!(work);
        poll_fn(|cx| {
            if let Some(over) = self.over() {
                return Poll::Ready(Err(over));
            }
            let polled = work.as_mut().poll(cx).map(Ok);
            if polled.is_pending() {
                self.wait(cx);
            }
            polled
        })
        .await
    }
}

impl Drop for Ticket<'_> {
    #[inline]
    fn drop(&mut self) {
        let mut table = self.watch.inner.table.borrow_mut();
        let place = &mut table.places[self.index];
        place.taken = false;
        let waker = place.waker.take();
        table.free.push(self.index);
        drop(table);
        drop(waker);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::pending;
    use tokio::task::LocalSet;

    fn inside<F: Future>(work: F) -> F::Output {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("runtime");
        LocalSet::new().block_on(&runtime, work)
    }

    #[test]
    fn each_ends_at_its_own_deadline_whatever_the_order() {
        inside(async {
            let clock = Clock::start();
            let watch = Rc::new(Watch::new(clock));
            let mut tasks = Vec::new();
            for millis in [30, 1_000_000, 10, 20] {
                let watch = watch.clone();
                tasks.push(tokio::task::spawn_local(async move {
                    let deadline = clock.now() + Duration::from_millis(millis);
                    let ended = watch.enter(deadline).guard(pending::<()>()).await;
                    (ended, clock.now() >= deadline)
                }));
            }
            let far = tasks.remove(1);
            for task in tasks {
                assert_eq!(task.await.expect("ends"), (Err(Over::Late), true));
            }
            assert!(!far.is_finished());
            watch.cut();
            assert_eq!(far.await.expect("ends"), (Err(Over::Cut), false));
        });
    }

    #[test]
    fn after_a_cut_nothing_begins_and_no_deadline_forgives() {
        inside(async {
            let watch = Watch::new(Clock::start());
            watch.cut();
            let ticket = watch.enter(Nanos::MAX);
            ticket.until(Nanos::MAX);
            assert_eq!(ticket.guard(async { 1 }).await, Err(Over::Cut));
        });
    }

    #[test]
    fn a_new_deadline_forgives_being_late() {
        inside(async {
            let clock = Clock::start();
            let watch = Watch::new(clock);
            let ticket = watch.enter(clock.now());
            assert_eq!(ticket.guard(pending::<()>()).await, Err(Over::Late));
            ticket.until(Nanos::MAX);
            assert_eq!(ticket.guard(async { 1 }).await, Ok(1));
        });
    }

    #[test]
    fn places_are_used_again() {
        inside(async {
            let watch = Watch::new(Clock::start());
            for _ in 0..1000 {
                let _ticket = (watch.enter(Nanos::MAX), watch.enter(Nanos(i64::MAX - 1)));
            }
            assert_eq!(watch.inner.table.borrow().places.len(), 2);
        });
    }
}
