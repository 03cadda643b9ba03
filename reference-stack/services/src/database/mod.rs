//! Postgres: a small bounded pool, statements with a time limit, errors by what they mean to the caller.

mod connection;
mod error;
mod migrate;
mod pool;

pub use error::DbError;
pub use migrate::migrate;
pub use pool::Database;

use tokio_postgres::types::ToSql;

/// Parameters of a statement.
pub type Parameters<'a> = &'a [&'a (dyn ToSql + Sync)];
