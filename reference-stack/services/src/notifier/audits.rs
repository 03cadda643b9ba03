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

const SENT: &str = "SELECT seq, json_build_object('key', key, 'event', event, 'consumer', consumer,
        'deliveries', deliveries, 'instance', instance, 'at_ms', floor(extract(epoch FROM at) * 1000)::bigint,
        'seq', seq)::text
    FROM notifications.sent WHERE seq > $1 AND ($3::text IS NULL OR true) AND ($4::text IS NULL OR consumer = $4)
    ORDER BY seq LIMIT $2";

/// `DELETE /audit/notifications`: nothing sent, nothing in the queues, nothing aside.
pub(super) async fn empty(State(notifier): State<Arc<Notifier>>) -> Result<StatusCode, Problem> {
    let queues: Vec<_> = KINDS.into_iter().flat_map(|kind| [queue(kind), dead_queue(kind)]).collect();
    notifier.publisher.purge(&queues).await.map_err(Problem::unavailable)?;
    audit::empty(&notifier.database, "TRUNCATE notifications.sent, notifications.inbox").await
}

/// `GET /audit/notifications?consumer=email`.
pub(super) async fn notifications(
    State(notifier): State<Arc<Notifier>>,
    query: Asked,
) -> Result<Json<Value>, Problem> {
    audit::page(&notifier.database, SENT, query).await
}
