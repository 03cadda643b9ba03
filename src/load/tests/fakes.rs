//! For tests: a made-up time, users whose sessions last as long as told, and sinks that keep everything.

use crate::event::{
    Attempt, BatchSink, Clock, ErrorKind, Event, EventSink, LoadEvent, Nanos, Outcome, Sent, StepId,
};
use crate::load::buffer::Buffer;
use crate::load::signal::Signal;
use crate::load::station::Station;
use crate::load::timer::{Time, Wakes};
use crate::load::users::{Ended, Script, Start, Users};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::time::Duration;
use tokio::sync::Notify;

/// A row that only its number tells from others.
pub(in crate::load) fn row(op: u64) -> Attempt {
    Attempt {
        op,
        attempt: 0,
        last: true,
        replay_of: None,
        other: false,
        user: 0,
        session: op >> 16,
        arrival: true,
        step: StepId(0),
        key: None,
        value: None,
        version: None,
        intended: Nanos::ZERO,
        started: Nanos::ZERO,
        sent: None,
        first_byte: None,
        end: Nanos::ZERO,
        sent_state: Sent::All,
        status: Some(200),
        outcome: Outcome::Ok,
        good: true,
        error: ErrorKind::None,
        instance: None,
        trace_id: None,
        bytes: 0,
        reply: None,
        target: None,
    }
}

/// Keeps all rows and events; refuses rows while told to.
#[derive(Default)]
pub(in crate::load) struct Kept {
    batches: Mutex<Vec<Vec<Attempt>>>,
    events: Mutex<Vec<Event>>,
    refuse: AtomicBool,
    asked: AtomicUsize,
}

impl Kept {
    pub(in crate::load) fn refuse(&self, refuse: bool) {
        self.refuse.store(refuse, Ordering::SeqCst);
    }

    pub(in crate::load) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    pub(in crate::load) fn batches(&self) -> Vec<usize> {
        self.batches.lock().expect("kept").iter().map(Vec::len).collect()
    }

    pub(in crate::load) fn rows(&self) -> Vec<Attempt> {
        self.batches.lock().expect("kept").concat()
    }

    pub(in crate::load) fn events(&self) -> Vec<Event> {
        self.events.lock().expect("kept").clone()
    }

    pub(in crate::load) fn load_events(&self) -> Vec<LoadEvent> {
        let load = |event| if let Event::Load(event) = event { Some(event) } else { None };
        self.events().into_iter().filter_map(load).collect()
    }
}

impl BatchSink for Kept {
    fn submit(&self, rows: &mut Vec<Attempt>) -> bool {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let refused = self.refuse.load(Ordering::SeqCst);
        if !refused {
            self.batches.lock().expect("kept").push(std::mem::take(rows));
        }
        !refused
    }
}

impl EventSink for Kept {
    fn emit(&self, _: Nanos, event: Event) {
        self.events.lock().expect("kept").push(event);
    }
}

/// A time that stands still until nothing is left to do, then jumps to the next moment that somebody waits for.
#[derive(Clone, Default)]
pub(in crate::load) struct Made(Rc<MadeTime>);

#[derive(Default)]
struct MadeTime {
    now: Cell<Nanos>,
    waiting: RefCell<BTreeMap<(Nanos, u64), Waker>>,
    number: Cell<u64>,
    /// Grows with whatever anybody does.
    busy: Cell<u64>,
}

impl Made {
    /// Jumps ahead without anybody being woken, as when the machine was asleep.
    pub(in crate::load) fn stall(&self, until: Nanos) {
        self.0.now.set(until);
    }

    fn stir(&self) {
        self.0.busy.set(self.0.busy.get() + 1);
    }

    async fn until(&self, at: Nanos) {
        let number = self.0.number.replace(self.0.number.get() + 1);
        self.stir();
        let waiting = Waiting { time: self, key: (at, number) };
        std::future::poll_fn(|context| {
            if self.0.now.get() >= at {
                return Poll::Ready(());
            }
            self.0.waiting.borrow_mut().insert(waiting.key, context.waker().clone());
            Poll::Pending
        })
        .await;
        self.stir();
    }

    /// Runs a future to its end, moving time on whenever nothing else moves.
    pub(in crate::load) fn run<F: Future>(&self, future: F) -> F::Output {
        let builder = &mut tokio::runtime::Builder::new_current_thread();
        let runtime = builder.enable_all().build_local(Default::default()).expect("a runtime");
        runtime.block_on(async {
            tokio::pin!(future);
            loop {
                tokio::select! {
                    biased;
                    output = &mut future => return output,
                    () = self.until_quiet() => {}
                }
                let first = self.0.waiting.borrow_mut().pop_first();
                let ((at, _), waker) = first.expect("somebody waits, or the future would have ended");
                self.0.now.set(self.0.now.get().max(at));
                waker.wake();
            }
        })
    }

    async fn until_quiet(&self) {
        let mut quiet = 0;
        while quiet < 20 {
            let before = self.0.busy.get();
            tokio::task::yield_now().await;
            quiet = if self.0.busy.get() == before { quiet + 1 } else { 0 };
        }
    }
}

/// A wait; given up when dropped.
struct Waiting<'a> {
    time: &'a Made,
    key: (Nanos, u64),
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.time.0.waiting.borrow_mut().remove(&self.key);
    }
}

impl Time for Made {
    fn now(&self) -> Nanos {
        self.stir();
        self.0.now.get()
    }

    async fn wait_until(&self, at: Nanos) {
        self.until(at).await;
    }

    async fn pause(&self, length: Duration) {
        self.until(self.0.now.get() + length).await;
    }
}

/// What a made-up session was given, and when it began.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::load) struct Seen {
    pub(in crate::load) user: u64,
    pub(in crate::load) session: u64,
    pub(in crate::load) intended: Nanos,
    pub(in crate::load) started: Nanos,
    /// The number of the user's own pool.
    pub(in crate::load) pool: Option<u64>,
}

/// Users whose sessions last as long as `service` says, and end as `ending` says.
pub(in crate::load) struct MadeUsers {
    time: Made,
    pub(in crate::load) service: Box<dyn Fn(u64) -> Nanos>,
    pub(in crate::load) ending: Box<dyn Fn(u64) -> Ended>,
    pub(in crate::load) seen: RefCell<Vec<Seen>>,
    pub(in crate::load) cut: Cell<bool>,
    pub(in crate::load) pools: Cell<u64>,
    /// Whether they do not hear when they are cut.
    pub(in crate::load) deaf: bool,
    cutting: Notify,
}

impl Users for MadeUsers {
    type Pool = u64;

    fn pool(&self) -> u64 {
        self.pools.replace(self.pools.get() + 1)
    }

    async fn session(&self, start: Start<'_, u64>) -> Ended {
        let Start { user, session, intended, pool } = start;
        self.seen.borrow_mut().push(Seen {
            user,
            session,
            intended,
            started: self.time.now(),
            pool: pool.copied(),
        });
        let cut = self.cutting.notified();
        if self.cut.get() {
            return Ended::Cut;
        }
        tokio::select! {
            () = cut, if !self.deaf => Ended::Cut,
            () = self.time.until(self.time.now() + (self.service)(session)) => (self.ending)(session),
        }
    }

    fn first_step(&self, session: u64) -> StepId {
        StepId(session as u16 % 2)
    }

    fn exhausted(&self, _: u64) -> String {
        "cards".into()
    }

    fn cut(&self) {
        self.cut.set(true);
        self.cutting.notify_waiters();
    }
}

/// A station with made-up users and time, and what it told.
pub(in crate::load) fn station(
    service: impl Fn(u64) -> Nanos + 'static,
) -> (Made, Station<MadeUsers, Made>, Arc<Kept>) {
    let (time, kept) = (Made::default(), Arc::new(Kept::default()));
    let users = MadeUsers {
        time: time.clone(),
        service: Box::new(service),
        ending: Box::new(|_| Ended::Good),
        seen: RefCell::default(),
        cut: Cell::new(false),
        pools: Cell::new(0),
        deaf: false,
        cutting: Notify::new(),
    };
    let sink = Rc::new(Buffer::new(kept.clone(), kept.clone(), Clock::start()));
    let station = Station::new(users, time.clone(), sink, Arc::default(), Arc::new(Signal::default()));
    (time, station, kept)
}

/// For whole engines in real time: sessions that end at once, or panic, or only when cut, by their number.
pub(in crate::load) struct Quick {
    pub(in crate::load) endless: fn(u64) -> bool,
    pub(in crate::load) panics: fn(u64) -> bool,
    pub(in crate::load) refuses: bool,
}

/// The users of [`Quick`] on one worker.
pub(in crate::load) struct QuickUsers {
    endless: fn(u64) -> bool,
    panics: fn(u64) -> bool,
    clock: Clock,
    sink: Rc<Buffer>,
    cut: Cell<bool>,
    cutting: Notify,
}

impl Script for Quick {
    type Users = QuickUsers;

    fn users(&self, clock: Clock, sink: Rc<Buffer>, _: Rc<Wakes>) -> Result<QuickUsers, String> {
        if self.refuses {
            return Err("no users today".into());
        }
        let (endless, panics) = (self.endless, self.panics);
        Ok(QuickUsers { endless, panics, clock, sink, cut: Cell::new(false), cutting: Notify::new() })
    }
}

impl Users for QuickUsers {
    type Pool = ();

    fn pool(&self) {}

    async fn session(&self, start: Start<'_, ()>) -> Ended {
        let started = self.clock.now();
        assert!(!(self.panics)(start.session), "made to panic");
        let cut = self.cutting.notified();
        if (self.endless)(start.session) && !self.cut.get() {
            cut.await;
        }
        let (user, session, intended) = (start.user, start.session, start.intended);
        let end = self.clock.now();
        self.sink.attempt(Attempt { user, session, intended, started, end, ..row(session << 16) });
        if self.cut.get() { Ended::Cut } else { Ended::Good }
    }

    fn first_step(&self, _: u64) -> StepId {
        StepId(0)
    }

    fn exhausted(&self, _: u64) -> String {
        String::new()
    }

    fn cut(&self) {
        self.cut.set(true);
        self.cutting.notify_waiters();
    }
}
