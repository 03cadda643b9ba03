//! What can go wrong with a statement, by what the caller can do about it.

use crate::log;
use crate::problem::Problem;
use axum::http::StatusCode;
use std::fmt;
use tokio_postgres::error::SqlState;

/// See the file's head.
#[derive(Clone, Debug)]
pub enum DbError {
    /// All connections are taken: nothing was sent.
    Busy,
    /// No connection: nothing was sent, or nobody knows.
    Down(String),
    /// The server did not answer in time: nobody knows whether it was done.
    Late,
    /// The server refused: nothing was done.
    Refused(SqlState, String),
}

impl DbError {
    /// Whether the row is there already.
    pub fn is_duplicate(&self) -> bool {
        matches!(self, DbError::Refused(code, _) if *code == SqlState::UNIQUE_VIOLATION)
    }
}

impl From<tokio_postgres::Error> for DbError {
    fn from(error: tokio_postgres::Error) -> DbError {
        let Some(said) = error.as_db_error() else { return DbError::Down(error.to_string()) };
        let code = said.code().clone();
        let class = &code.code()[..2];
        match code {
            SqlState::QUERY_CANCELED | SqlState::LOCK_NOT_AVAILABLE => DbError::Late,
            // A deposed primary, a server that is starting, stopping or full.
            SqlState::READ_ONLY_SQL_TRANSACTION => DbError::Down(said.message().to_owned()),
            // 28 and 3D: a cluster that is being made has neither the role nor the database yet. 40: rolled back for the sake
            // of others, on a replica because what it was reading had to be replayed over.
            _ if matches!(class, "08" | "28" | "3D" | "40" | "53" | "57" | "58") => {
                DbError::Down(said.message().to_owned())
            }
            code => DbError::Refused(code, said.message().to_owned()),
        }
    }
}

impl fmt::Display for DbError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DbError::Busy => write!(f, "every connection to the database is taken"),
            DbError::Down(why) => write!(f, "the database is not there: {why}"),
            DbError::Late => write!(f, "the database takes too long"),
            DbError::Refused(code, why) => write!(f, "the database refused ({}): {why}", code.code()),
        }
    }
}

impl From<DbError> for Problem {
    fn from(error: DbError) -> Problem {
        match error {
            DbError::Busy => Problem::overloaded(error.to_string()),
            DbError::Down(_) | DbError::Late => Problem::unavailable(error.to_string()),
            DbError::Refused(..) => {
                log::error("a statement was refused", &[("error", &error)]);
                Problem::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
            }
        }
    }
}
