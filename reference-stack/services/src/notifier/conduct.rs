//! How the fake providers of notifications behave. Told to one instance, it holds for all: it stands in the database.

use super::Notifier;
use crate::broker::KINDS;
use crate::database::{Database, DbError};
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long an instance may go by what it read.
const KEPT: Duration = Duration::from_millis(150);
const READ: &str = "SELECT told FROM notifications.provider";
const WRITE: &str = "INSERT INTO notifications.provider (told) VALUES ($1) ON CONFLICT (one) DO UPDATE SET told = EXCLUDED.told";

/// What they are told.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Conduct {
    /// Poisonous events can be digested now: whatever was wrong has been repaired.
    pub(super) repaired: bool,
    /// The share of deliveries that fails, by kind.
    pub(super) fail: BTreeMap<String, f64>,
    /// Time that each takes, in milliseconds, on top of `WORK_MS`.
    pub(super) latency_ms: u64,
}

/// What an instance knows of that.
pub(super) struct Providers {
    database: Database,
    kept: Mutex<Option<(Instant, Conduct)>>,
}

impl Providers {
    pub(super) fn new(database: Database) -> Providers {
        Providers { database, kept: Mutex::default() }
    }

    pub(super) async fn conduct(&self) -> Result<Conduct, DbError> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((read, conduct)) = kept
            && read.elapsed() < KEPT
        {
            return Ok(conduct);
        }
        let rows = self.database.query(READ, &[]).await?;
        let conduct = rows.first().and_then(|row| serde_json::from_str(row.get(0)).ok()).unwrap_or_default();
        self.keep(&conduct);
        Ok(conduct)
    }

    fn keep(&self, conduct: &Conduct) {
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), conduct.clone()));
    }
}

/// `GET /provider/notifier`.
pub(super) async fn told(State(notifier): State<Arc<Notifier>>) -> Result<Json<Conduct>, Problem> {
    Ok(Json(notifier.providers.conduct().await?))
}

/// `PUT /provider/notifier` with `{"repaired": true, "fail": {"sms": 0.5}}`: replaces what they were told.
pub(super) async fn tell(
    State(notifier): State<Arc<Notifier>>,
    Json(wanted): Json<Value>,
) -> Result<Json<Conduct>, Problem> {
    let conduct: Conduct =
        serde_json::from_value(wanted).map_err(|error| Problem::bad_request(error.to_string()))?;
    for (kind, share) in &conduct.fail {
        if !KINDS.contains(&kind.as_str()) || !(0.0..=1.0).contains(share) {
            let kinds = KINDS.join(", ");
            return Err(Problem::bad_request(format!(
                "fail: {kind} = {share}; the kinds are {kinds}, shares 0 to 1"
            )));
        }
    }
    let text = serde_json::to_string(&conduct)
        .map_err(|error| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
    notifier.database.query(WRITE, &[&text]).await?;
    notifier.providers.keep(&conduct);
    Ok(Json(conduct))
}
