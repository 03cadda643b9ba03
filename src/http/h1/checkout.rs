//! A connection for one exchange: one that waits in the pool, or a new one.

use crate::event::{ErrorKind, Nanos};
use crate::http::client::Shared;
use crate::http::connect::{Deadlines, connect};
use crate::http::pool::{LaneId, Pool, Slot, Turn};
use crate::http::stream::Stream;
use crate::http::watch::Ticket;
use crate::http::{Origin, Trouble};
use std::time::Duration;
use tokio::time::timeout;

/// How long one of many waits for a connection to be given back before it makes one.
const PATIENCE: Duration = Duration::from_millis(2);

/// A connection, and whether it has carried a request before.
///
/// With many exchanges under way a new connection is made only by those to whom none is given back soon. Otherwise a moment
/// of lateness would become a burst of connections, whose making costs more than the requests, so that the generator comes
/// later still, and never recovers. The wait counts in the connect timeout.
pub(super) async fn checkout(
    shared: &Shared,
    (pool, lane): (&Pool, LaneId),
    origin: &Origin,
    ticket: &Ticket<'_>,
    deadlines: Deadlines,
) -> Result<(Stream, bool), Trouble> {
    let wanted = shared.clock.now();
    let slot = match pool.turn(lane) {
        Turn::Used(stream) => return Ok((stream, true)),
        Turn::Connect(slot) => slot,
        Turn::Wait(wait) => {
            let waiter = Waiter { shared, ticket, deadlines, until: deadlines.connect(shared, wanted) };
            ticket.until(waiter.until);
            match waiter.wait(pool, lane, wait).await? {
                Turn::Used(stream) => {
                    ticket.until(deadlines.overall);
                    return Ok((stream, true));
                }
                Turn::Connect(slot) => slot,
                Turn::Wait(_) => return Err(waiter.gone()),
            }
        }
    };
    fresh(shared, slot, origin, ticket, deadlines, wanted).await
}

/// Makes a connection; the right to make one is passed on afterwards.
async fn fresh(
    shared: &Shared,
    slot: Slot,
    origin: &Origin,
    ticket: &Ticket<'_>,
    deadlines: Deadlines,
    wanted: Nanos,
) -> Result<(Stream, bool), Trouble> {
    let made = connect(shared, origin, ticket, deadlines, wanted).await;
    drop(slot);
    made.map(|stream| (stream, false))
}

/// One of many who wait.
struct Waiter<'a> {
    shared: &'a Shared,
    ticket: &'a Ticket<'a>,
    deadlines: Deadlines,
    until: Nanos,
}

impl Waiter<'_> {
    /// Waits patiently at first, then for the right to make a connection too.
    async fn wait(
        &self,
        pool: &Pool,
        lane: LaneId,
        wait: tokio::sync::oneshot::Receiver<Turn>,
    ) -> Result<Turn, Trouble> {
        if let Ok(Ok(turn)) = self.guard(timeout(PATIENCE, wait)).await? {
            return Ok(turn);
        }
        match pool.impatient(lane) {
            Turn::Wait(wait) => self.guard(wait).await?.map_err(|_| self.gone()),
            turn => Ok(turn),
        }
    }

    async fn guard<F: Future>(&self, work: F) -> Result<F::Output, Trouble> {
        self.ticket.guard(work).await.map_err(|over| {
            self.deadlines.over(self.shared, self.until, over, ErrorKind::Connect, "waiting for a connection")
        })
    }

    /// Cannot be while the pool is held: whoever waits is served or told that time is over.
    fn gone(&self) -> Trouble {
        Trouble::new(ErrorKind::Local, "waiting for a connection: the pool is gone")
    }
}
