//! Connections waiting for their next request.

use super::Origin;
use super::h2;
use super::stream::Stream;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use tokio::sync::oneshot;

/// After a server has closed an idle connection without a word, so many check-outs ask the socket itself whether it is open.
const WARY: u32 = 1000;

/// While no more exchanges than this are under way to an origin, each that finds no idle connection makes one at once.
const EAGER: usize = 64;
/// Beyond, so many connections to one origin are made at the same time; whoever needs another one waits for its turn.
const MAKING: usize = 64;

/// A set of connections, shared by a worker or owned by one user. Clones share the set.
///
/// What was used last is used next, so that the number of connections follows the load.
#[derive(Clone, Default)]
pub struct Pool {
    lanes: Rc<RefCell<Vec<Lane>>>,
}

/// The connections to one origin.
struct Lane {
    origin: Origin,
    idle: Vec<Stream>,
    wary: u32,
    /// How many exchanges are under way, those that wait for a connection included.
    under_way: Rc<Cell<usize>>,
    /// How many connections are being made.
    making: usize,
    /// Who waits for a connection to be given back, first come first served.
    waiting: VecDeque<oneshot::Sender<Turn>>,
    /// Who has waited for long, and waits for the right to make one too.
    impatient: VecDeque<oneshot::Sender<Turn>>,
    http2: Rc<h2::Links>,
}

/// How to come by a connection.
pub(crate) enum Turn {
    /// This one waited in the pool.
    Used(Stream),
    /// By making one, while holding this.
    Connect(Slot),
    /// By waiting for one of the two.
    Wait(oneshot::Receiver<Turn>),
}

/// The right to make a connection; passed on when dropped.
pub(crate) struct Slot {
    lanes: Rc<RefCell<Vec<Lane>>>,
    lane: LaneId,
}

impl Drop for Slot {
    fn drop(&mut self) {
        let next = {
            let mut lanes = self.lanes.borrow_mut();
            let lane = &mut lanes[self.lane.0];
            let next = first_there(&mut lane.impatient);
            if next.is_none() {
                lane.making -= 1;
            }
            next
        };
        // Sent outside the borrow: if its receiver is just gone, what is sent is dropped, and passes the right on.
        if let Some(next) = next {
            let _ = next.send(Turn::Connect(Slot { lanes: Rc::clone(&self.lanes), lane: self.lane }));
        }
    }
}

/// The first in a row who has not gone.
fn first_there(row: &mut VecDeque<oneshot::Sender<Turn>>) -> Option<oneshot::Sender<Turn>> {
    std::iter::from_fn(|| row.pop_front()).find(|waiting| !waiting.is_closed())
}

/// An exchange under way; over when dropped.
pub(crate) struct UnderWay(Rc<Cell<usize>>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

/// Names an origin's place in its pool.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LaneId(usize);

impl Pool {
    /// The place for an origin. Origins are few (those that a plan names), and keep their place.
    pub(crate) fn lane(&self, origin: &Origin) -> LaneId {
        let mut lanes = self.lanes.borrow_mut();
        if let Some(place) = lanes.iter().position(|lane| lane.origin == *origin) {
            return LaneId(place);
        }
        lanes.push(Lane {
            origin: origin.clone(),
            idle: Vec::new(),
            wary: 0,
            under_way: Rc::default(),
            making: 0,
            waiting: VecDeque::new(),
            impatient: VecDeque::new(),
            http2: Rc::default(),
        });
        LaneId(lanes.len() - 1)
    }

    /// An idle connection that can carry a request. Those found dead on the way are dropped: nothing was written to them.
    pub(crate) fn take(&self, lane: LaneId) -> Option<Stream> {
        let mut lanes = self.lanes.borrow_mut();
        let lane = &mut lanes[lane.0];
        let closely = lane.wary > 0;
        lane.wary = lane.wary.saturating_sub(1);
        let mut found = lane.idle.pop()?;
        if found.is_fresh(closely) {
            return Some(found);
        }
        // One was closed: the others may be as well, and those at the bottom would hold their sockets for ever.
        lane.wary = WARY;
        lane.idle.retain_mut(|stream| stream.is_fresh(true));
        lane.idle.pop()
    }

    /// An exchange begins.
    pub(crate) fn begin(&self, lane: LaneId) -> UnderWay {
        let under_way = Rc::clone(&self.lanes.borrow()[lane.0].under_way);
        under_way.set(under_way.get() + 1);
        UnderWay(under_way)
    }

    /// How to come by a connection where none is idle: with few exchanges under way by making one, with many by waiting for
    /// one to be given back.
    pub(crate) fn turn(&self, lane: LaneId) -> Turn {
        let few = self.lanes.borrow()[lane.0].under_way.get() <= EAGER;
        self.queue(lane, if few { EAGER } else { 0 }, |lane| &mut lane.waiting)
    }

    /// The same for one that has waited for long.
    pub(crate) fn impatient(&self, lane: LaneId) -> Turn {
        self.queue(lane, MAKING, |lane| &mut lane.impatient)
    }

    fn queue(
        &self,
        lane: LaneId,
        making: usize,
        row: fn(&mut Lane) -> &mut VecDeque<oneshot::Sender<Turn>>,
    ) -> Turn {
        if let Some(stream) = self.take(lane) {
            return Turn::Used(stream);
        }
        let mut lanes = self.lanes.borrow_mut();
        let place = &mut lanes[lane.0];
        if place.making < making {
            place.making += 1;
            return Turn::Connect(Slot { lanes: Rc::clone(&self.lanes), lane });
        }
        let (turn, wait) = oneshot::channel();
        row(place).push_back(turn);
        Turn::Wait(wait)
    }

    /// Gives back a connection that can carry another request: to whoever waits for one, else to the idle ones.
    pub(crate) fn put(&self, lane: LaneId, stream: Stream) {
        let mut stream = stream;
        loop {
            let next = {
                let place = &mut self.lanes.borrow_mut()[lane.0];
                first_there(&mut place.impatient).or_else(|| first_there(&mut place.waiting))
            };
            let Some(next) = next else { break };
            match next.send(Turn::Used(stream)) {
                Ok(()) => return,
                Err(Turn::Used(back)) => stream = back,
                Err(_) => return,
            }
        }
        self.lanes.borrow_mut()[lane.0].idle.push(stream);
    }

    /// The server closed a connection while it was idle, which came out only with the next request.
    pub(crate) fn beware(&self, lane: LaneId) {
        self.lanes.borrow_mut()[lane.0].wary = WARY;
    }

    /// The HTTP/2 connections to an origin.
    pub(crate) fn links(&self, lane: LaneId) -> Rc<h2::Links> {
        Rc::clone(&self.lanes.borrow()[lane.0].http2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool() -> (Pool, LaneId) {
        let pool = Pool::default();
        let lane = pool.lane(&Origin { tls: false, host: "h".into(), port: 1 });
        (pool, lane)
    }

    fn slots(pool: &Pool, lane: LaneId) -> Vec<Slot> {
        let slot = |_| match pool.impatient(lane) {
            Turn::Connect(slot) => slot,
            _ => panic!("a slot is free"),
        };
        (0..MAKING).map(slot).collect()
    }

    #[test]
    fn few_connect_at_once_and_many_wait() {
        let (pool, lane) = pool();
        let mut under_way: Vec<_> = (0..EAGER).map(|_| pool.begin(lane)).collect();
        assert!(matches!(pool.turn(lane), Turn::Connect(_)));
        under_way.push(pool.begin(lane));
        assert!(matches!(pool.turn(lane), Turn::Wait(_)));
        under_way.pop();
        assert!(matches!(pool.turn(lane), Turn::Connect(_)));
    }

    #[test]
    fn beyond_the_limit_one_waits_for_a_slot_in_turn() {
        let (pool, lane) = pool();
        let mut held = slots(&pool, lane);
        let (Turn::Wait(mut first), Turn::Wait(mut second)) = (pool.impatient(lane), pool.impatient(lane))
        else {
            panic!("both must wait");
        };
        drop(held.pop());
        assert!(matches!(first.try_recv(), Ok(Turn::Connect(_))));
        // The first has just dropped what it was given: the right passes on.
        assert!(matches!(second.try_recv(), Ok(Turn::Connect(_))));
    }

    #[test]
    fn who_has_gone_is_passed_over_and_no_right_is_lost() {
        let (pool, lane) = pool();
        let held = slots(&pool, lane);
        let Turn::Wait(gone) = pool.impatient(lane) else { panic!("must wait") };
        drop(gone);
        drop(held);
        assert_eq!(slots(&pool, lane).len(), MAKING, "all rights are back");
    }
}
