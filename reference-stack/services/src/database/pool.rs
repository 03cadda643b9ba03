//! The pool: so many connections at most, a bounded wait for one, and none that may be broken is ever used again.

use super::connection::{Connection, Session};
use super::{DbError, Parameters};
use crate::environment::Environment;
use crate::log;
use crate::server::shed;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_postgres::{Config, NoTls, Row};

/// How long one waits for a connection where nobody is turned away.
const UNSHED: Duration = Duration::from_secs(60);
/// Between two attempts.
const AGAIN: Duration = Duration::from_millis(50);

/// A database, through a pool of connections.
#[derive(Clone)]
pub struct Database(Arc<Pool>);

pub(super) struct Pool {
    pub(super) name: &'static str,
    pub(super) statement: Duration,
    config: Config,
    /// How long one attempt to connect may take.
    connect: Duration,
    wait: Duration,
    permits: Arc<Semaphore>,
    idle: Mutex<Vec<Session>>,
}

impl Database {
    /// From `DATABASE_WRITE_URL`.
    pub fn write(environment: &Environment) -> Result<Database, String> {
        Database::new(environment, "DATABASE_WRITE_URL", "write")
    }

    /// From `DATABASE_READ_URL`; without it the primary serves the reads.
    pub fn read(environment: &Environment) -> Result<Database, String> {
        match environment.text("DATABASE_READ_URL") {
            Some(_) => Database::new(environment, "DATABASE_READ_URL", "read"),
            None => Database::new(environment, "DATABASE_WRITE_URL", "read"),
        }
    }

    fn new(environment: &Environment, variable: &str, name: &'static str) -> Result<Database, String> {
        let url = environment.required(variable, "postgres://shop:shop@db:5000/shop")?;
        let mut config: Config =
            url.parse().map_err(|error| format!("{variable} is no address of a database: {error}"))?;
        let statement = environment.milliseconds("DATABASE_TIMEOUT_MS", 1_500)?;
        let (most, wait) = (
            environment.number("DATABASE_POOL", 8, 1..=100)?,
            match shed::is_on(environment)? {
                true => environment.milliseconds("DATABASE_WAIT_MS", 500)?,
                false => UNSHED,
            },
        );
        let connect = environment.milliseconds("DATABASE_CONNECT_MS", 1_000)?;
        // The server gives up by itself, too: what nobody waits for must not hold a lock.
        config.application_name("refshop").connect_timeout(connect).options(format!(
            "-c statement_timeout={0} -c lock_timeout={0} -c idle_in_transaction_session_timeout={1}",
            statement.as_millis(),
            3 * statement.as_millis()
        ));
        Ok(Database(Arc::new(Pool {
            name,
            statement,
            config,
            connect,
            wait,
            permits: Arc::new(Semaphore::new(most)),
            idle: Mutex::default(),
        })))
    }

    /// A connection; waits for it within bounds.
    pub async fn connection(&self) -> Result<Connection, DbError> {
        let permit = timeout(self.0.wait, self.0.permits.clone().acquire_owned()).await;
        let Ok(Ok(permit)) = permit else { return Err(DbError::Busy) };
        if let Some(session) = self.0.idle_session() {
            return Ok(Connection::new(self.0.clone(), session, permit));
        }
        let until = Instant::now() + self.0.wait;
        loop {
            match self.0.connect().await {
                Ok(session) => return Ok(Connection::new(self.0.clone(), session, permit)),
                Err(error) if Instant::now() + AGAIN >= until => return Err(error),
                Err(_) => sleep(AGAIN).await,
            }
        }
    }

    /// One statement on a connection of its own.
    pub async fn query(&self, sql: &'static str, parameters: Parameters<'_>) -> Result<Vec<Row>, DbError> {
        self.connection().await?.query(sql, parameters).await
    }
}

impl Pool {
    fn idle_session(&self) -> Option<Session> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|session| !session.client.is_closed());
        idle.pop()
    }

    pub(super) fn give_back(&self, session: Session) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(session);
    }

    /// One connection broke: those that wait are as old and lead to the same place.
    pub(super) fn forget_idle(&self) {
        let forgotten = std::mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner));
        if !forgotten.is_empty() {
            log::warn("connections dropped", &[("database", &self.name), ("count", &forgotten.len())]);
        }
    }

    async fn connect(&self) -> Result<Session, DbError> {
        let connected = timeout(self.connect, self.config.connect(NoTls)).await.map_err(|_| DbError::Late)?;
        let (client, connection) = connected?;
        // What goes wrong with it the client tells, too.
        let driver = tokio::spawn(async move {
            let _ = connection.await;
        });
        Ok(Session::new(client, driver.abort_handle()))
    }
}
