//! Where the users of one worker work: what all executors share.

use super::buffer::Buffer;
use super::signal::{Signal, Stage};
use super::tally::Tally;
use super::timer::Time;
use super::users::{Ended, Start, Users};
use crate::event::{Attempt, ErrorKind, LoadEvent, Nanos, Outcome, Sent};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// How long sessions that were cut may take to end.
const CUT_LIMIT: Duration = Duration::from_secs(5);

/// One worker's users, time, rows and counts. Of one thread.
pub(crate) struct Station<U: Users, T: Time> {
    pub(crate) users: U,
    pub(crate) time: T,
    pub(crate) sink: Rc<Buffer>,
    pub(crate) tally: Arc<Tally>,
    pub(crate) signal: Arc<Signal>,
    /// The start of the load.
    pub(crate) start: Nanos,
    /// Whether every user has connections of its own.
    pub(crate) own_connections: bool,
    idle: Notify,
    dropped: Cell<u64>,
    exhausted: Cell<bool>,
    failed: RefCell<Option<String>>,
}

impl<U: Users, T: Time> Station<U, T> {
    pub(crate) fn new(users: U, time: T, sink: Rc<Buffer>, tally: Arc<Tally>, signal: Arc<Signal>) -> Self {
        Station {
            users,
            time,
            sink,
            tally,
            signal,
            start: Nanos::ZERO,
            own_connections: false,
            idle: Notify::new(),
            dropped: Cell::new(0),
            exhausted: Cell::new(false),
            failed: RefCell::new(None),
        }
    }

    /// Counts one session in, before its task first runs: the cap and the end of the load must know of it by then.
    pub(crate) fn enter(self: &Rc<Self>) -> Presence<U, T> {
        self.tally.started.add(1);
        self.tally.in_flight.add(1);
        Presence(self.clone())
    }

    /// Records an arrival that cannot start because too many users are in flight.
    pub(crate) fn drop_arrival(&self, user: u64, session: u64, intended: Nanos) {
        self.tally.dropped.add(1);
        self.dropped.set(self.dropped.get() + 1);
        self.record_unstarted(user, session, intended, ErrorKind::Dropped);
    }

    /// Every second: rows go to the record, and what was dropped is told.
    pub(crate) fn housekeep(&self) {
        let count = self.dropped.replace(0);
        if count > 0 {
            self.sink.tell(self.time.now(), LoadEvent::Dropped { count });
        }
        self.sink.flush();
    }

    /// No new session from now on; those in flight get until `deadline`. Returns how many of them had to be cut.
    pub(crate) async fn drain(&self, deadline: Nanos) -> u64 {
        tokio::select! {
            biased;
            () = self.signal.reached(Stage::Cut) => {}
            () = self.until_idle() => {}
            () = self.time.wait_until(deadline) => {}
        }
        let left = self.tally.in_flight.get();
        // Even with none in flight: what still waits between two requests must not send another.
        self.users.cut();
        if left > 0 {
            self.sink.tell(self.time.now(), LoadEvent::InFlightAtEnd { count: left });
            self.until_cut().await;
        }
        left
    }

    /// Keeps the first thing that went wrong with the worker itself.
    pub(crate) fn fail(&self, reason: String) {
        self.failed.borrow_mut().get_or_insert(reason);
    }

    /// What went wrong.
    pub(crate) fn failure(&self) -> Option<String> {
        self.failed.borrow().clone()
    }

    /// A session that was cut ends at once; should one not, the run must end all the same.
    async fn until_cut(&self) {
        tokio::select! {
            biased;
            () = self.until_idle() => {}
            () = self.time.pause(CUT_LIMIT) => {
                let left = self.tally.in_flight.get();
                self.fail(format!(
                    "{left} sessions did not end within {} s of being cut; the record lacks their last rows",
                    CUT_LIMIT.as_secs()
                ));
            }
        }
    }

    async fn until_idle(&self) {
        while self.tally.in_flight.get() > 0 {
            self.idle.notified().await;
        }
    }

    /// The session was counted as started before it was known that it could not be.
    fn no_row(&self, user: u64, session: u64, intended: Nanos) {
        self.tally.started.take_one();
        self.tally.dropped.add(1);
        self.record_unstarted(user, session, intended, ErrorKind::NoRow);
        if !self.exhausted.replace(true) {
            let feeder = self.users.exhausted(user);
            self.sink.tell(self.time.now(), LoadEvent::FeederExhausted { feeder });
        }
    }

    fn record_unstarted(&self, user: u64, session: u64, intended: Nanos, error: ErrorKind) {
        let now = self.time.now();
        self.sink.attempt(Attempt {
            op: session << 16,
            attempt: 0,
            last: true,
            replay_of: None,
            other: false,
            user,
            session,
            arrival: true,
            step: self.users.first_step(session),
            key: None,
            value: None,
            version: None,
            intended,
            started: now,
            sent: None,
            first_byte: None,
            end: now,
            sent_state: Sent::Nothing,
            status: None,
            outcome: Outcome::Fail,
            good: false,
            error,
            instance: None,
            trace_id: None,
            bytes: 0,
            reply: None,
            target: None,
        });
    }
}

/// A session in flight. Dropping it counts the session out, however it ended.
pub(crate) struct Presence<U: Users, T: Time>(Rc<Station<U, T>>);

impl<U: Users, T: Time> Presence<U, T> {
    /// Carries out the session; `pool` are the user's own connections, where it has any.
    pub(crate) async fn session(
        self,
        user: u64,
        session: u64,
        intended: Nanos,
        pool: Option<&U::Pool>,
    ) -> Ended {
        let ended = self.0.users.session(Start { user, session, intended, pool }).await;
        if ended == Ended::NoRow {
            self.0.no_row(user, session, intended);
        }
        ended
    }
}

impl<U: Users, T: Time> Drop for Presence<U, T> {
    fn drop(&mut self) {
        let station = &self.0;
        if std::thread::panicking() {
            station.fail(
                "a session panicked: this is a defect of shakedown; the record lacks that session".into(),
            );
        }
        station.tally.in_flight.take_one();
        if station.tally.in_flight.get() == 0 {
            station.idle.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::tests::fakes::station;

    #[test]
    fn a_session_that_does_not_end_when_cut_cannot_hold_up_the_run() {
        let (time, mut station, _) = station(|_| Nanos::MAX);
        station.users.deaf = true;
        let station = Rc::new(station);
        let cut = time.run(async {
            let presence = station.enter();
            tokio::task::spawn_local(async move { presence.session(0, 0, Nanos::ZERO, None).await });
            station.drain(Nanos::from_secs_f64(1.0)).await
        });
        assert_eq!((cut, station.time.now()), (1, Nanos::from_secs_f64(6.0)));
        assert!(station.failure().expect("told").contains("1 sessions did not end within 5 s"));
    }

    #[test]
    fn users_are_cut_at_the_end_even_with_none_in_flight() {
        let (time, station, kept) = station(|_| Nanos::ZERO);
        assert_eq!(time.run(station.drain(Nanos::from_secs_f64(1.0))), 0);
        assert!(station.users.cut.get());
        assert_eq!(station.time.now(), Nanos::ZERO);
        assert!(kept.events().is_empty());
    }
}
