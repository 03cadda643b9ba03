//! An order, as the table has it and as its readers see it.

use axum::http::StatusCode;
use serde_json::{Value, json};
use tokio_postgres::Row;

/// The columns in the order in which [`Order::of`] reads them; the last names the server that wrote or read them. While a
/// server reads its settings anew its name may be empty: then it is not told.
macro_rules! columns {
    () => {
        "id, key, product, quantity, amount, state, backwards, reason, refused, attempts, \
         nullif(coalesce(current_setting('shop.node', true), host(inet_server_addr())), '')"
    };
}
pub(super) use columns;

/// See the file's head.
#[derive(Clone, Debug)]
pub(super) struct Order {
    pub(super) id: String,
    /// The client's idempotency key.
    pub(super) key: String,
    pub(super) product: i64,
    pub(super) quantity: i64,
    pub(super) amount: i64,
    pub(super) state: String,
    /// The saga undoes its steps.
    pub(super) backwards: bool,
    /// Why it was cancelled.
    pub(super) reason: Option<String>,
    /// The status with which a service refused a step for good.
    pub(super) refused: Option<i32>,
    /// How often it was taken up again.
    pub(super) attempts: i64,
    /// The database's server.
    pub(super) writer: Option<String>,
}

impl Order {
    pub(super) fn of(row: &Row) -> Order {
        Order {
            id: row.get(0),
            key: row.get(1),
            product: row.get(2),
            quantity: row.get(3),
            amount: row.get(4),
            state: row.get(5),
            backwards: row.get(6),
            reason: row.get(7),
            refused: row.get(8),
            attempts: row.get(9),
            writer: row.get(10),
        }
    }

    pub(super) fn is_pending(&self) -> bool {
        self.state == "pending"
    }

    /// The same for every instance and however often it is asked for.
    pub(super) fn json(&self) -> Value {
        json!({
            "id": self.id, "key": self.key, "product": self.product, "quantity": self.quantity, "amount": self.amount,
            "status": self.state,
        })
    }

    /// The status with which a cancelled order is told to whoever placed it: what the refusing service said, or that it
    /// could not be carried out now.
    pub(super) fn refusal(&self) -> StatusCode {
        match self.refused {
            Some(402) => StatusCode::PAYMENT_REQUIRED,
            Some(_) => StatusCode::CONFLICT,
            None => StatusCode::FAILED_DEPENDENCY,
        }
    }
}
