//! The saga: reserve, charge, ship, then confirmed; or back, in reverse, then cancelled.
//!
//! Whoever carries an order through holds its lease; every write to its row is fenced by it (`lease_owner = $2`), so one
//! that was frozen and comes back finds that the order is no longer its own. Calls that it still makes do no harm: steps
//! may be repeated, and a step that was undone can no longer be done.

use super::Orders;
use super::accept::milliseconds;
use super::order::{Order, columns};
use super::steps::Step;
use crate::database::{DbError, Parameters};
use crate::peers::Answer;
use crate::server::request_id;
use crate::{crash, ids, log, metrics};
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// Attempts at a step before the order is left for later.
const ATTEMPTS: u32 = 3;
/// Times that it is taken up again before it goes back. Going back is tried for ever.
const TIMES: i64 = 5;
/// Before the second attempt; doubles with each.
const PAUSE: Duration = Duration::from_millis(50);

const RENEW: &str = "UPDATE orders.orders SET lease_until = now() + $3 * interval '1 millisecond'
    WHERE id = $1 AND lease_owner = $2 AND state = 'pending' RETURNING 1";
const TURN_BACK: &str = "UPDATE orders.orders SET backwards = true, reason = $3, refused = $4
    WHERE id = $1 AND lease_owner = $2 AND state = 'pending' RETURNING 1";
const CANCEL: &str = concat!(
    "UPDATE orders.orders SET state = 'cancelled'
     WHERE id = $1 AND lease_owner = $2 AND state = 'pending' AND backwards RETURNING ",
    columns!()
);
/// The event is committed with what it tells of ($4: `waiting` for the relay, or `direct`), in the name of request $6.
const CONFIRM: &str = concat!(
    "WITH done AS (UPDATE orders.orders SET state = 'confirmed'
        WHERE id = $1 AND lease_owner = $2 AND state = 'pending' AND NOT backwards RETURNING ",
    columns!(),
    "), told AS (INSERT INTO orders.events (id, key, kind, poison, state, request)
        SELECT $3, key, 'order-confirmed', $5, $4, $6 FROM done)
     SELECT * FROM done"
);
const LEAVE: &str =
    "UPDATE orders.orders SET lease_owner = NULL, lease_until = now() + $3 * interval '1 millisecond'
    WHERE id = $1 AND lease_owner = $2 AND state = 'pending'";

/// How a step ended.
enum Ended {
    Done,
    Refused(i32, String),
    Unclear(String),
    /// The order is somebody else's.
    Lost,
}

/// The order, as long as it is ours.
struct Hold<'a> {
    orders: &'a Orders,
    lease: &'a str,
    renewed: Instant,
}

/// Carries the order through; the order as it ended, or none: then somebody takes it up later, or has done so.
pub(super) async fn drive(orders: &Orders, order: Order, lease: &str) -> Option<Order> {
    let mut hold = Hold { orders, lease, renewed: Instant::now() };
    let id = order.id.clone();
    match hold.carry(order).await {
        Ok(ended) => {
            let state = ended.as_ref().map_or("left", |order| order.state.as_str());
            metrics::count("refshop_sagas_total", format!("ended=\"{state}\""));
            ended
        }
        Err(error) => {
            log::warn("an order is left to be taken up again", &[("order", &id), ("error", &error)]);
            metrics::count("refshop_sagas_total", "ended=\"left\"");
            None
        }
    }
}

impl Hold<'_> {
    async fn carry(&mut self, mut order: Order) -> Result<Option<Order>, DbError> {
        crash::point("after-accept");
        if !order.backwards {
            for step in Step::ALL {
                let (refused, why) = match self.step(step, &order, false).await? {
                    Ended::Done => {
                        crash::point(step.point());
                        continue;
                    }
                    Ended::Lost => return Ok(None),
                    Ended::Refused(status, why) => (Some(status), why),
                    Ended::Unclear(_) if order.attempts < TIMES => return self.leave(&order).await,
                    Ended::Unclear(why) => (None, why),
                };
                if !self.turn_back(&order, &why, refused).await? {
                    return Ok(None);
                }
                order.backwards = true;
                break;
            }
        }
        if order.backwards { self.back(&order).await } else { self.confirm(&order).await }
    }

    /// A step or its undoing, tried a few times while the order is ours.
    async fn step(&mut self, step: Step, order: &Order, undo: bool) -> Result<Ended, DbError> {
        let mut pause = PAUSE;
        let mut last = String::new();
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                sleep(pause.mul_f64(0.5 + fastrand::f64())).await;
                pause *= 2;
            }
            if !self.renew(order).await? {
                return Ok(Ended::Lost);
            }
            let answer = match undo {
                true => self.orders.undo(step, order).await,
                false => self.orders.attempt(step, order).await,
            };
            last = match answer {
                Answer::Done(_) => return Ok(Ended::Done),
                // Nobody may refuse to undo; it is tried again.
                Answer::Refused(status, why) if !undo => {
                    return Ok(Ended::Refused(i32::from(status.as_u16()), why));
                }
                Answer::Refused(_, why) | Answer::Unclear(why) => why,
            };
        }
        Ok(Ended::Unclear(last))
    }

    /// Makes sure that the order stays ours during the next attempt; false if it no longer is.
    async fn renew(&mut self, order: &Order) -> Result<bool, DbError> {
        let lease = self.orders.settings.lease;
        if self.renewed.elapsed() < lease / 3 {
            return Ok(true);
        }
        let rows = self.orders.database.query(RENEW, &[&order.id, &self.lease, &milliseconds(lease)]).await?;
        self.renewed = Instant::now();
        Ok(!rows.is_empty())
    }

    async fn turn_back(&self, order: &Order, why: &String, refused: Option<i32>) -> Result<bool, DbError> {
        let rows = self.orders.database.query(TURN_BACK, &[&order.id, &self.lease, why, &refused]).await?;
        Ok(!rows.is_empty())
    }

    /// Undoes every step in reverse, also those of which nobody knows whether they were done.
    async fn back(&mut self, order: &Order) -> Result<Option<Order>, DbError> {
        if self.orders.settings.compensation {
            for step in Step::ALL.into_iter().rev() {
                match self.step(step, order, true).await? {
                    Ended::Done => crash::point("in-compensation"),
                    Ended::Lost => return Ok(None),
                    Ended::Refused(_, why) | Ended::Unclear(why) => {
                        log::warn("cannot undo a step yet", &[("order", &order.id), ("error", &why)]);
                        return self.leave(order).await;
                    }
                }
            }
        }
        let rows = self.orders.database.query(CANCEL, &[&order.id, &self.lease]).await?;
        Ok(rows.first().map(Order::of))
    }

    async fn confirm(&self, order: &Order) -> Result<Option<Order>, DbError> {
        let settings = &self.orders.settings;
        let event = ids::ascending();
        let state = if settings.outbox { "waiting" } else { "direct" };
        let poison = settings.poison > 0.0 && fastrand::f64() < settings.poison;
        let request = request_id::current().unwrap_or_default();
        let parameters: Parameters<'_> = &[&order.id, &self.lease, &event, &state, &poison, &request];
        let rows = self.orders.database.query(CONFIRM, parameters).await?;
        let Some(confirmed) = rows.first().map(Order::of) else { return Ok(None) };
        crash::point("after-commit");
        self.orders.committed(&event, &order.key, "order-confirmed", poison).await;
        Ok(Some(confirmed))
    }

    /// Leaves the order for later, to whichever instance comes first.
    async fn leave(&self, order: &Order) -> Result<Option<Order>, DbError> {
        let exponent = u32::try_from(order.attempts).unwrap_or(0).min(4);
        let wait = Duration::from_millis(100) * 2_u32.pow(exponent);
        self.orders.database.query(LEAVE, &[&order.id, &self.lease, &milliseconds(wait)]).await?;
        Ok(None)
    }
}
