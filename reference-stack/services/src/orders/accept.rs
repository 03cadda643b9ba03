//! Accepting an order: one row, whose id comes from the idempotency key. Whoever writes it first carries it through;
//! everybody else finds it.

use super::Orders;
use super::order::{Order, columns};
use crate::database::DbError;
use crate::ids;
use std::time::Duration;

const INSERT: &str = concat!(
    "INSERT INTO orders.orders (id, key, product, quantity, amount, lease_owner, lease_until)
     VALUES ($1, $2, $3, $4, $5, $6, now() + $7 * interval '1 millisecond')
     ON CONFLICT (id) DO NOTHING RETURNING ",
    columns!()
);
const FIND: &str = concat!("SELECT ", columns!(), " FROM orders.orders WHERE id = $1");

/// What is ordered.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) id: String,
    pub(super) key: String,
    pub(super) product: i64,
    pub(super) quantity: i64,
    pub(super) amount: i64,
}

/// What became of it.
#[derive(Debug)]
pub(super) enum Accepted {
    /// It is ours to carry through, under this lease.
    Ours(Order, String),
    /// It was there before.
    Known(Order),
}

impl Orders {
    /// The id that an order with this key has. `IDEMPOTENCY=off`: another one each time.
    pub(super) fn id_of(&self, key: &str) -> String {
        match self.settings.idempotency {
            true => ids::of_key(&self.settings.secret, key),
            false => ids::fresh(&self.settings.secret),
        }
    }

    pub(super) async fn accept(&self, wanted: &Wanted) -> Result<Accepted, DbError> {
        let Wanted { id, key, product, quantity, amount } = wanted;
        let (lease, within) = (ids::ascending(), milliseconds(self.settings.lease));
        let rows =
            self.database.query(INSERT, &[id, key, product, quantity, amount, &lease, &within]).await?;
        if let Some(row) = rows.first() {
            return Ok(Accepted::Ours(Order::of(row), lease));
        }
        let found = self.find(id).await?;
        let lost = || DbError::Down("the order was there and is gone".to_owned());
        found.map(Accepted::Known).ok_or_else(lost)
    }

    pub(super) async fn find(&self, id: &String) -> Result<Option<Order>, DbError> {
        Ok(self.database.query(FIND, &[id]).await?.first().map(Order::of))
    }
}

/// As the database multiplies intervals.
pub(super) fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}
