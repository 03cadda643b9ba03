//! Orders whose orchestrator died, froze or left them are taken up again, by one instance each.

use super::Orders;
use super::accept::milliseconds;
use super::order::{Order, columns};
use super::saga;
use crate::database::DbError;
use crate::{ids, log, metrics, server::request_id};
use std::sync::Arc;
use std::time::Duration;

/// Between two looks.
const LOOK: Duration = Duration::from_millis(250);
/// Orders taken up at once by one instance.
const MOST: i64 = 16;

/// One lease for all that are taken up together.
const TAKE_UP: &str = concat!(
    "UPDATE orders.orders SET lease_owner = $1, lease_until = now() + $2 * interval '1 millisecond',
        attempts = attempts + 1
     WHERE id IN (SELECT id FROM orders.orders WHERE state = 'pending' AND lease_until < now()
        ORDER BY lease_until LIMIT $3 FOR UPDATE SKIP LOCKED) RETURNING ",
    columns!()
);

/// Until told to stop.
pub(super) async fn look_after(orders: Arc<Orders>) {
    let mut wait = LOOK;
    while orders.server.stop.sleep(wait).await {
        wait = match round(&orders).await {
            Ok(taken) if taken > 0 => Duration::from_millis(10),
            Ok(_) => LOOK,
            Err(error) => {
                log::warn("cannot look for orders to take up", &[("error", &error)]);
                2 * LOOK
            }
        };
    }
}

/// Takes up what nobody holds and carries it through; how many there were.
async fn round(orders: &Arc<Orders>) -> Result<usize, DbError> {
    let lease = ids::ascending();
    let within = milliseconds(orders.settings.lease);
    let rows = orders.database.query(TAKE_UP, &[&lease, &within, &MOST]).await?;
    let mut under_way = tokio::task::JoinSet::new();
    for order in rows.iter().map(Order::of) {
        metrics::count("refshop_resumed_total", "");
        let (orders, lease, busy) = (orders.clone(), lease.clone(), orders.server.stop.busy());
        under_way.spawn(request_id::within(format!("resume-{}", order.id), async move {
            saga::drive(&orders, order, &lease).await;
            drop(busy);
        }));
    }
    let taken = under_way.len();
    while under_way.join_next().await.is_some() {}
    Ok(taken)
}
