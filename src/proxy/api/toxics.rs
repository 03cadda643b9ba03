//! Toxics of a proxy: list, add, show, change, remove.

use super::answer::{List, json, nothing};
use super::read;
use super::service::{Reply, Shared};
use crate::proxy::Error;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;

/// The proxy's name and the toxic's.
type Names = Path<(String, String)>;

pub(super) async fn index(State(all): Shared, Path(proxy): Path<String>) -> Reply {
    Ok(json(StatusCode::OK, &List(all.get(&proxy).await?.toxics())))
}

/// Toxiproxy answers 200 here, not 201.
pub(super) async fn create(State(all): Shared, Path(proxy): Path<String>, body: Bytes) -> Reply {
    let proxy = all.get(&proxy).await?;
    let toxic = read::toxic(&body)?;
    proxy.add_toxic(toxic.clone())?;
    Ok(json(StatusCode::OK, &toxic))
}

pub(super) async fn show(State(all): Shared, Path((proxy, toxic)): Names) -> Reply {
    let toxic = all.get(&proxy).await?.toxic(&toxic).ok_or_else(Error::toxic_not_found)?;
    Ok(json(StatusCode::OK, &toxic))
}

pub(super) async fn update(State(all): Shared, Path((proxy, toxic)): Names, body: Bytes) -> Reply {
    let proxy = all.get(&proxy).await?;
    let before = proxy.toxic(&toxic).ok_or_else(Error::toxic_not_found)?;
    let toxic = read::toxic_update(&body, before)?;
    proxy.update_toxic(toxic.clone())?;
    Ok(json(StatusCode::OK, &toxic))
}

pub(super) async fn delete(State(all): Shared, Path((proxy, toxic)): Names) -> Reply {
    all.get(&proxy).await?.remove_toxic(&toxic)?;
    Ok(nothing())
}
