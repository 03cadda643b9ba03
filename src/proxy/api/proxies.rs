//! Proxies: list, make, show, change, remove; many at once; all as new.

use super::answer::{Populated, json, nothing};
use super::read;
use super::service::{Reply, Shared};
use crate::proxy::Proxy;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) async fn index(State(all): Shared) -> Reply {
    let mut views = BTreeMap::new();
    for proxy in all.list().await {
        views.insert(proxy.name().to_owned(), proxy.view().await);
    }
    Ok(json(StatusCode::OK, &views))
}

pub(super) async fn create(State(all): Shared, body: Bytes) -> Reply {
    let proxy = all.add(read::proxy(&body)?).await?;
    Ok(json(StatusCode::CREATED, &proxy.view().await))
}

pub(super) async fn show(State(all): Shared, Path(name): Path<String>) -> Reply {
    Ok(json(StatusCode::OK, &all.get(&name).await?.view().await))
}

pub(super) async fn update(State(all): Shared, Path(name): Path<String>, body: Bytes) -> Reply {
    let proxy = all.get(&name).await?;
    proxy.change(read::change(&body)?).await?;
    Ok(json(StatusCode::OK, &proxy.view().await))
}

pub(super) async fn delete(State(all): Shared, Path(name): Path<String>) -> Reply {
    all.remove(&name).await?;
    Ok(nothing())
}

pub(super) async fn populate(State(all): Shared, body: Bytes) -> Reply {
    let (done, error) = match read::config(&body) {
        Ok(specs) => {
            let (done, outcome) = all.populate(specs).await;
            (done, outcome.err())
        }
        Err(error) => (Vec::new(), Some(error)),
    };
    let status = error.as_ref().and_then(|error| StatusCode::from_u16(error.status).ok());
    let populated = Populated { proxies: views(done).await, error };
    Ok(json(status.unwrap_or(StatusCode::CREATED), &populated))
}

async fn views(proxies: Vec<Arc<Proxy>>) -> Vec<crate::proxy::View> {
    let mut views = Vec::new();
    for proxy in proxies {
        views.push(proxy.view().await);
    }
    views
}

pub(super) async fn reset(State(all): Shared) -> Reply {
    all.reset().await?;
    Ok(nothing())
}
