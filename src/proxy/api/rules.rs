//! HTTP rules of a proxy: list, set, remove. Ours, not Toxiproxy's.

use super::answer::{json, nothing};
use super::read;
use super::service::{Reply, Shared};
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;

pub(super) async fn index(State(all): Shared, Path(proxy): Path<String>) -> Reply {
    Ok(json(StatusCode::OK, &all.get(&proxy).await?.rules()))
}

pub(super) async fn set(State(all): Shared, Path(proxy): Path<String>, body: Bytes) -> Reply {
    let proxy = all.get(&proxy).await?;
    let rule = read::rule(&body)?;
    proxy.set_rule(rule.clone())?;
    Ok(json(StatusCode::OK, &rule))
}

pub(super) async fn delete(State(all): Shared, Path((proxy, rule)): Path<(String, String)>) -> Reply {
    all.get(&proxy).await?.remove_rule(&rule)?;
    Ok(nothing())
}
