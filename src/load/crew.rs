//! Tasks that carry out one session after another.
//!
//! In the open model a session begins as often as a request. A task of its own for each would be a large piece of memory
//! asked for and given back each time; to wake an idle one costs nothing but the waking.

use super::station::Presence;
use super::timer::Time;
use super::users::Users;
use crate::event::Nanos;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::{Poll, Waker};

/// One session to be carried out.
pub(crate) struct Order<U: Users, T: Time> {
    pub(crate) presence: Presence<U, T>,
    pub(crate) number: u64,
    pub(crate) intended: Nanos,
    /// The user's own connections, where it has any.
    pub(crate) pool: Option<U::Pool>,
}

/// The tasks of one worker; no more than there were ever sessions at once.
pub(crate) struct Crew<U: Users, T: Time> {
    idle: RefCell<Vec<Rc<Seat<U, T>>>>,
}

/// Where an idle task waits for its next order.
struct Seat<U: Users, T: Time> {
    order: Cell<Option<Order<U, T>>>,
    waker: RefCell<Option<Waker>>,
}

impl<U: Users, T: Time> Crew<U, T> {
    pub(crate) fn new() -> Rc<Crew<U, T>> {
        Rc::new(Crew { idle: RefCell::default() })
    }

    /// Has a session carried out: by the task that became idle last, or by a new one.
    pub(crate) fn carry_out(self: &Rc<Self>, order: Order<U, T>) {
        let idle = self.idle.borrow_mut().pop();
        match idle {
            Some(seat) => seat.call(order),
            None => {
                tokio::task::spawn_local(work(self.clone(), order));
            }
        }
    }
}

async fn work<U: Users, T: Time>(crew: Rc<Crew<U, T>>, first: Order<U, T>) {
    let seat = Rc::new(Seat { order: Cell::new(Some(first)), waker: RefCell::default() });
    loop {
        let Order { presence, number, intended, pool } = seat.called().await;
        presence.session(number, number, intended, pool.as_ref()).await;
        drop(pool);
        crew.idle.borrow_mut().push(seat.clone());
    }
}

impl<U: Users, T: Time> Seat<U, T> {
    fn call(&self, order: Order<U, T>) {
        self.order.set(Some(order));
        if let Some(waker) = &*self.waker.borrow() {
            waker.wake_by_ref();
        }
    }

    async fn called(&self) -> Order<U, T> {
        std::future::poll_fn(|context| {
            if let Some(order) = self.order.take() {
                return Poll::Ready(order);
            }
            let mut waker = self.waker.borrow_mut();
            match waker.as_mut() {
                Some(known) => known.clone_from(context.waker()),
                None => *waker = Some(context.waker().clone()),
            }
            Poll::Pending
        })
        .await
    }
}
