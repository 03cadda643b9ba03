//! Where a read was answered: in the reply as `X-Source` (`cache`, `replica`, `primary`) and `X-Database` (address of
//! the server), and for a replica `X-Replica` with the same address, so that staleness can be told by source.

use super::Catalog;
use crate::database::{Database, DbError, Parameters};
use crate::metrics;
use crate::problem::Problem;
use axum::http::{HeaderMap, HeaderValue};
use serde::Deserialize;
use tokio::time::timeout;
use tokio_postgres::Row;

/// What a reader may insist on; by default the cache, then a replica, then the primary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum From {
    /// A replica, past the cache.
    Replica,
    /// The primary, past the cache.
    Primary,
}

/// Headers that tell the source.
pub(super) fn headers(source: &'static str, server: Option<&str>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("x-source", HeaderValue::from_static(source));
    if let Some(server) = server.and_then(|server| HeaderValue::from_str(server).ok()) {
        if source == "replica" {
            headers.insert("x-replica", server.clone());
        }
        headers.insert("x-database", server);
    }
    headers
}

/// Which server a row came from: the last two columns of every read are whether it is a replica and its name.
pub(super) fn of_row(row: &Row) -> HeaderMap {
    let last = row.len() - 1;
    let source = if row.get(last - 1) { "replica" } else { "primary" };
    headers(source, row.get::<_, Option<String>>(last).as_deref())
}

/// A read from a replica, or from the primary when no replica answers in time.
pub(super) async fn rows(
    catalog: &Catalog,
    from: Option<From>,
    sql: &'static str,
    parameters: Parameters<'_>,
) -> Result<Vec<Row>, Problem> {
    if from != Some(From::Primary) {
        let asked =
            timeout(catalog.settings.replica_timeout, from_one(&catalog.replicas, sql, parameters)).await;
        match asked {
            Ok(Ok(rows)) => return Ok(rows),
            Ok(Err(error @ DbError::Refused(..))) => return Err(error.into()),
            Ok(Err(_)) | Err(_) if from == Some(From::Replica) => {
                return Err(Problem::unavailable("no replica answers"));
            }
            Ok(Err(_)) | Err(_) => metrics::count("refshop_fallbacks_total", "to=\"primary\""),
        }
    }
    Ok(from_one(&catalog.primary, sql, parameters).await?)
}

/// A read may be tried again: once, on another connection, where the first was lost.
async fn from_one(
    database: &Database,
    sql: &'static str,
    parameters: Parameters<'_>,
) -> Result<Vec<Row>, DbError> {
    match database.query(sql, parameters).await {
        Err(DbError::Down(_)) => database.query(sql, parameters).await,
        result => result,
    }
}
