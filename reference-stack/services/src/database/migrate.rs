//! Each service makes its own schema when it starts. Several instances may do so at once: an advisory lock lets one
//! through at a time, and every statement may be carried out again.

use super::{Database, DbError};
use crate::log;
use crate::server::Server;
use std::time::Duration;

/// Instances of all services take turns: schemas are made rarely and quickly.
const LOCK: &str = "SELECT pg_advisory_xact_lock(7368706)";

/// Makes the schema, as soon as the database is there: the whole stack starts at once.
pub async fn migrate(database: &Database, server: &Server, statements: &str) -> Result<(), String> {
    let mut wait = Duration::from_millis(100);
    loop {
        match once(database, statements).await {
            Ok(()) => return Ok(()),
            // Wrong statements do not get better by waiting.
            Err(error @ DbError::Refused(..)) => return Err(format!("cannot make the schema: {error}")),
            Err(error) => log::warn("waits for the database", &[("error", &error)]),
        }
        if !server.stop.sleep(wait).await {
            return Err("told to stop before the database was there".to_owned());
        }
        wait = (wait * 2).min(Duration::from_secs(1));
    }
}

async fn once(database: &Database, statements: &str) -> Result<(), DbError> {
    let mut connection = database.connection().await?;
    connection.begin().await?;
    // Longer than any statement of the service itself may take: the others may be at it.
    connection.batch("SET LOCAL statement_timeout = '20s'; SET LOCAL lock_timeout = '20s'").await?;
    connection.batch(LOCK).await?;
    connection.batch(statements).await?;
    connection.commit().await
}
