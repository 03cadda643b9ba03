//! Another company's service, faked: it can be told to refuse, to hang, or to do its work and hang all the same. What it
//! was told stands in the service's schema, so that all instances behave alike; each reads it again after a moment.

use crate::database::{Database, DbError};
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long an instance may go by what it read.
const KEPT: Duration = Duration::from_millis(150);
/// How long it hangs: longer than anybody waits.
const HANG: Duration = Duration::from_secs(4);

/// The table that every service with a provider has in its schema; `{schema}` is replaced.
pub const TABLE: &str = "CREATE TABLE IF NOT EXISTS {schema}.provider (
    one BOOLEAN PRIMARY KEY DEFAULT true CHECK (one), told TEXT NOT NULL);";

/// What it is told. Shares are from 0 to 1.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Conduct {
    /// Refuses for good.
    pub fail: f64,
    /// Hangs, having done nothing.
    pub timeout: f64,
    /// Does its work and hangs.
    #[serde(alias = "do_and_hang")]
    pub charge_and_hang: f64,
    /// Cannot undo right now.
    pub undo_fail: f64,
    /// Time that it always takes, in milliseconds.
    pub latency_ms: u64,
}

/// What happens to one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is carried out.
    Served,
    /// It is refused.
    Refused,
    /// It is carried out, and nobody is told.
    Hanging,
}

/// See the file's head.
pub struct Provider {
    database: Database,
    read: &'static str,
    write: &'static str,
    kept: Mutex<Option<(Instant, Conduct)>>,
}

impl Provider {
    /// A provider with its two statements: to read what it was told, and to write it.
    pub fn new(database: Database, read: &'static str, write: &'static str) -> Provider {
        Provider { database, read, write, kept: Mutex::default() }
    }

    /// Takes its time, and decides on one request.
    pub async fn decide(&self) -> Result<Fate, Problem> {
        let conduct = self.conduct().await?;
        tokio::time::sleep(Duration::from_millis(conduct.latency_ms)).await;
        let drawn = fastrand::f64();
        if drawn < conduct.fail {
            Ok(Fate::Refused)
        } else if drawn < conduct.fail + conduct.timeout {
            tokio::time::sleep(HANG).await;
            Err(Problem::late("the provider does not answer"))
        } else if drawn < conduct.fail + conduct.timeout + conduct.charge_and_hang {
            Ok(Fate::Hanging)
        } else {
            Ok(Fate::Served)
        }
    }

    /// Decides on undoing something.
    pub async fn decide_undo(&self) -> Result<(), Problem> {
        match fastrand::f64() < self.conduct().await?.undo_fail {
            true => Err(Problem::unavailable("the provider cannot undo this now")),
            false => Ok(()),
        }
    }

    /// What comes after the work of somebody whose fate was `Hanging`.
    pub async fn hang() -> Problem {
        tokio::time::sleep(HANG).await;
        Problem::late("the provider does not answer")
    }

    async fn conduct(&self) -> Result<Conduct, DbError> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((read, conduct)) = kept
            && read.elapsed() < KEPT
        {
            return Ok(conduct);
        }
        let rows = self.database.query(self.read, &[]).await?;
        let conduct = rows.first().and_then(|row| serde_json::from_str(row.get(0)).ok()).unwrap_or_default();
        self.keep(&conduct);
        Ok(conduct)
    }

    fn keep(&self, conduct: &Conduct) {
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), conduct.clone()));
    }
}

/// `GET /provider`.
pub async fn told(State(provider): State<Arc<Provider>>) -> Result<Json<Conduct>, Problem> {
    Ok(Json(provider.conduct().await?))
}

/// `PUT /provider`: replaces what it was told; what is not named is as usual.
pub async fn tell(
    State(provider): State<Arc<Provider>>,
    Json(wanted): Json<Value>,
) -> Result<Json<Conduct>, Problem> {
    let conduct: Conduct =
        serde_json::from_value(wanted).map_err(|error| Problem::bad_request(error.to_string()))?;
    let shares = [conduct.fail, conduct.timeout, conduct.charge_and_hang, conduct.undo_fail];
    let sum = conduct.fail + conduct.timeout + conduct.charge_and_hang;
    if shares.iter().any(|share| !(0.0..=1.0).contains(share)) || sum > 1.0 {
        return Err(Problem::bad_request(
            "shares are from 0 to 1, and those of one request at most 1 together",
        ));
    }
    let text = serde_json::to_string(&conduct)
        .map_err(|error| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
    provider.database.query(provider.write, &[&text]).await?;
    provider.keep(&conduct);
    Ok(Json(conduct))
}

/// Statements of a schema's provider.
macro_rules! statements {
    ($schema:literal) => {
        (
            concat!("SELECT told FROM ", $schema, ".provider"),
            concat!(
                "INSERT INTO ",
                $schema,
                ".provider (told) VALUES ($1) ON CONFLICT (one) DO UPDATE SET told = EXCLUDED.told"
            ),
        )
    };
}
pub(crate) use statements;
