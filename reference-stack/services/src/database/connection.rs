//! One connection, lent. It goes back to the pool only when its last statement came to an end that is known.

use super::pool::Pool;
use super::{DbError, Parameters};
use crate::metrics;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::AbortHandle;
use tokio::time::timeout;
use tokio_postgres::{Client, Row, Statement};

pub(super) struct Session {
    pub(super) client: Client,
    prepared: HashMap<&'static str, Statement>,
    driver: AbortHandle,
}

impl Session {
    pub(super) fn new(client: Client, driver: AbortHandle) -> Session {
        Session { client, prepared: HashMap::new(), driver }
    }

    async fn query(&mut self, sql: &'static str, parameters: Parameters<'_>) -> Result<Vec<Row>, DbError> {
        let statement = match self.prepared.get(sql) {
            Some(statement) => statement.clone(),
            None => {
                let statement = self.client.prepare(sql).await?;
                self.prepared.insert(sql, statement.clone());
                statement
            }
        };
        Ok(self.client.query(&statement, parameters).await?)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

/// See the file's head.
pub struct Connection {
    pool: Arc<Pool>,
    session: Option<Session>,
    in_transaction: bool,
    clean: bool,
    _permit: OwnedSemaphorePermit,
}

impl Connection {
    pub(super) fn new(pool: Arc<Pool>, session: Session, permit: OwnedSemaphorePermit) -> Connection {
        Connection { pool, session: Some(session), in_transaction: false, clean: true, _permit: permit }
    }

    /// A statement, prepared once per connection, within the time limit.
    pub async fn query(
        &mut self,
        sql: &'static str,
        parameters: Parameters<'_>,
    ) -> Result<Vec<Row>, DbError> {
        metrics::count("refshop_database_queries_total", format!("database=\"{}\"", self.pool.name));
        let within = self.pool.statement;
        self.clean = false;
        let Some(session) = &mut self.session else { return Err(DbError::Busy) };
        let result = match timeout(within, session.query(sql, parameters)).await {
            Ok(result) => result,
            Err(_) => Err(DbError::Late),
        };
        self.settle(result)
    }

    /// Statements without parameters, any number of them.
    pub async fn batch(&mut self, sql: &str) -> Result<(), DbError> {
        let within = self.pool.statement;
        self.clean = false;
        let Some(session) = &mut self.session else { return Err(DbError::Busy) };
        let result = match timeout(within, session.client.batch_execute(sql)).await {
            Ok(result) => result.map_err(DbError::from),
            Err(_) => Err(DbError::Late),
        };
        self.settle(result)
    }

    /// Begins a transaction. It is rolled back unless it is committed.
    pub async fn begin(&mut self) -> Result<(), DbError> {
        self.in_transaction = true;
        self.batch("BEGIN").await
    }

    /// Ends the transaction.
    pub async fn commit(&mut self) -> Result<(), DbError> {
        self.batch("COMMIT").await?;
        self.in_transaction = false;
        Ok(())
    }

    /// Says how a statement ended; after an end that nobody knows the connection is not used again.
    fn settle<T>(&mut self, result: Result<T, DbError>) -> Result<T, DbError> {
        match &result {
            Ok(_) | Err(DbError::Refused(..) | DbError::Busy) => self.clean = true,
            Err(DbError::Down(_) | DbError::Late) => self.pool.forget_idle(),
        }
        result
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let Some(session) = self.session.take() else { return };
        // A connection that is closed in the middle of a transaction rolls it back.
        if self.clean && !self.in_transaction && !session.client.is_closed() {
            self.pool.give_back(session);
        }
    }
}
