//! A store whose list of rows can be scripted: pages of ten, in the order of writing or by key.

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

const PAGE: usize = 10;

/// In which order its pages list the rows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Written,
    ByKey,
}

/// What it does wrong.
#[derive(Default)]
pub struct Script {
    /// Each page has a next one.
    pub endless: bool,
    /// Until the first order a row of the list changes with every look at it.
    pub moves_before_the_load: bool,
    /// Until the first order the list is answered by 503.
    pub fails_before_the_load: bool,
}

#[derive(Default)]
struct Inner {
    /// Keys in the order of their writing.
    rows: Vec<String>,
    ordered: bool,
    pages: usize,
    script: Script,
}

/// The store, served until the test is over.
pub struct Store {
    pub address: SocketAddr,
    inner: Arc<Mutex<Inner>>,
    _runtime: tokio::runtime::Runtime,
}

struct Shared {
    order: Order,
    inner: Arc<Mutex<Inner>>,
}

impl Store {
    /// With so many rows in it.
    pub fn start(order: Order, rows: usize) -> Store {
        // Spread over all that UUIDs may begin with.
        let key = |number: usize| format!("{:08x}-old", (number as u32).wrapping_mul(0x9e37_79b9));
        let inner = Inner { rows: (0..rows).map(key).collect(), ..Inner::default() };
        let inner = Arc::new(Mutex::new(inner));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime");
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a port");
        let address = listener.local_addr().expect("bound");
        let shared = Arc::new(Shared { order, inner: inner.clone() });
        let router = Router::new().route("/orders", post(write)).route("/rows", get(read)).with_state(shared);
        runtime.spawn(async move { axum::serve(listener, router).await });
        Store { address, inner, _runtime: runtime }
    }

    pub fn script(&self, change: impl FnOnce(&mut Script)) {
        change(&mut self.lock().script);
    }

    /// How many pages it has handed out.
    pub fn pages(&self) -> usize {
        self.lock().pages
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("lock")
    }
}

async fn write(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> StatusCode {
    let key = headers.get("Idempotency-Key").and_then(|key| key.to_str().ok()).unwrap_or_default().to_owned();
    let mut inner = shared.inner.lock().expect("lock");
    inner.ordered = true;
    if inner.rows.contains(&key) {
        return StatusCode::OK;
    }
    inner.rows.push(key);
    StatusCode::CREATED
}

async fn read(
    State(shared): State<Arc<Shared>>,
    Query(query): Query<HashMap<String, String>>,
) -> (StatusCode, Json<Value>) {
    let mut inner = shared.inner.lock().expect("lock");
    inner.pages += 1;
    let after = query.get("after").map(String::as_str).unwrap_or_default();
    if inner.script.endless {
        let next = inner.pages;
        return (StatusCode::OK, Json(json!({ "rows": [{ "key": format!("k{next}") }], "next": next })));
    }
    if inner.script.fails_before_the_load && !inner.ordered {
        return (StatusCode::SERVICE_UNAVAILABLE, Json(Value::Null));
    }
    let mut all: Vec<(String, String)> = match shared.order {
        Order::Written => {
            inner.rows.iter().enumerate().map(|(place, key)| (format!("{place:09}"), key.clone())).collect()
        }
        Order::ByKey => inner.rows.iter().map(|key| (key.clone(), key.clone())).collect(),
    };
    all.sort();
    let rest: Vec<_> = all.into_iter().filter(|(place, _)| place.as_str() > after).collect();
    let page = &rest[..rest.len().min(PAGE)];
    let next = page.last().filter(|_| rest.len() > PAGE).map(|(place, _)| place.clone());
    let looks = if inner.script.moves_before_the_load && !inner.ordered { inner.pages } else { 0 };
    let rows: Vec<Value> = page.iter().map(|(_, key)| json!({ "key": key, "looks": looks })).collect();
    (StatusCode::OK, Json(json!({ "rows": rows, "next": next })))
}
