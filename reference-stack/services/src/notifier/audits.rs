//! What the fake providers have counted.

use super::Notifier;
use crate::audit::{self, Asked};
use crate::broker::{KINDS, dead_queue, queue};
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::sleep;

/// For how long nobody may have written: longer than a message is worked on, shorter than the balancer waits.
const QUIET: Duration = Duration::from_millis(500);

const SENT: &str = "SELECT seq, json_build_object('key', key, 'event', event, 'consumer', consumer,
        'deliveries', deliveries, 'instance', instance, 'at_ms', floor(extract(epoch FROM at) * 1000)::bigint,
        'seq', seq)::text
    FROM notifications.sent WHERE seq > $1 AND ($3::text IS NULL OR true) AND ($4::text IS NULL OR consumer = $4)
    ORDER BY seq LIMIT $2";

/// `DELETE /audit/notifications`: nothing sent, nothing in the queues, nothing aside.
///
/// A purge does not reach what workers have in hand: while they still write, the answer is 503.
pub(super) async fn empty(State(notifier): State<Arc<Notifier>>) -> Result<StatusCode, Problem> {
    let queues: Vec<_> = KINDS.into_iter().flat_map(|kind| [queue(kind), dead_queue(kind)]).collect();
    notifier.publisher.purge(&queues).await.map_err(Problem::unavailable)?;
    let before = newest(&notifier).await?;
    sleep(QUIET).await;
    if newest(&notifier).await? != before {
        return Err(Problem::unavailable("workers still have messages of before in hand; ask again"));
    }
    audit::empty(&notifier.database, "TRUNCATE notifications.sent, notifications.inbox").await
}

/// The number of the newest effect.
async fn newest(notifier: &Notifier) -> Result<i64, Problem> {
    let rows = notifier.database.query("SELECT coalesce(max(seq), 0) FROM notifications.sent", &[]).await?;
    Ok(rows.first().map_or(0, |row| row.get(0)))
}

/// `GET /audit/notifications?consumer=email`.
pub(super) async fn notifications(
    State(notifier): State<Arc<Notifier>>,
    query: Asked,
) -> Result<Json<Value>, Problem> {
    audit::page(&notifier.database, SENT, query).await
}
