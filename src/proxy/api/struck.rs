//! What a toxic or an HTTP rule has struck. Ours, not Toxiproxy's.

use super::answer::json;
use super::service::{Reply, Shared};
use crate::proxy::Error;
use axum::extract::{Path, State};
use axum::http::StatusCode;

pub(super) async fn show(State(all): Shared, Path((proxy, name)): Path<(String, String)>) -> Reply {
    let tally = all.get(&proxy).await?.tally(&name).ok_or_else(Error::toxic_not_found)?;
    Ok(json(StatusCode::OK, &tally))
}
