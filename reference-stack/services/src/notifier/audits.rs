//! What the fake providers have counted.

use super::Notifier;
use crate::audit::{self, Asked};
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use serde_json::Value;
use std::sync::Arc;

const SENT: &str = "SELECT seq, json_build_object('key', key, 'event', event, 'consumer', consumer,
        'deliveries', deliveries, 'instance', instance, 'at_ms', floor(extract(epoch FROM at) * 1000)::bigint,
        'seq', seq)::text
    FROM notifications.sent WHERE seq > $1 AND ($3::text IS NULL OR true) AND ($4::text IS NULL OR consumer = $4)
    ORDER BY seq LIMIT $2";

/// `GET /audit/notifications?consumer=email`.
pub(super) async fn notifications(
    State(notifier): State<Arc<Notifier>>,
    query: Asked,
) -> Result<Json<Value>, Problem> {
    audit::page(&notifier.database, SENT, query).await
}
