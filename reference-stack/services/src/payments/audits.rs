//! The provider's books.

use super::Payments;
use crate::audit::{self, Asked};
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::Value;
use std::sync::Arc;

const CHARGES: &str =
    "SELECT seq, json_build_object('key', key, 'order', order_id, 'amount', amount, 'state', state,
        'kept', CASE WHEN state = 'live' THEN amount ELSE 0 END, 'seq', seq)::text
    FROM payments.charges WHERE seq > $1 AND ($3::text IS NULL OR state = $3) AND ($4::text IS NULL OR true)
    ORDER BY seq LIMIT $2";

/// `DELETE /audit/charges`: new books.
pub(super) async fn empty(State(payments): State<Arc<Payments>>) -> Result<StatusCode, Problem> {
    audit::empty(&payments.database, "TRUNCATE payments.charges").await
}

/// `GET /audit/charges`: every charge.
pub(super) async fn charges(
    State(payments): State<Arc<Payments>>,
    query: Asked,
) -> Result<Json<Value>, Problem> {
    audit::page(&payments.database, CHARGES, query).await
}
