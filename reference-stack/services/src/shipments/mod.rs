//! Shipments: one per order, cancelled when the order is.

mod ship;

use crate::audit::{self, Asked};
use crate::database::{Database, migrate};
use crate::environment::Environment;
use crate::problem::Problem;
use crate::provider::{self, Provider};
use crate::server::Server;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use serde_json::Value;
use std::sync::Arc;

const SCHEMA: &str = "CREATE SCHEMA IF NOT EXISTS shipments;
CREATE TABLE IF NOT EXISTS shipments.shipments (
    seq BIGSERIAL UNIQUE, order_id TEXT PRIMARY KEY, key TEXT NOT NULL, product BIGINT NOT NULL,
    quantity BIGINT NOT NULL, state TEXT NOT NULL, at TIMESTAMPTZ NOT NULL DEFAULT now());";

const AUDIT: &str = "SELECT seq, json_build_object('key', key, 'order', order_id, 'product', product,
        'quantity', quantity, 'state', state, 'seq', seq)::text
    FROM shipments.shipments WHERE seq > $1 AND ($3::text IS NULL OR state = $3) AND ($4::text IS NULL OR true)
    ORDER BY seq LIMIT $2";

/// What requests share.
struct Shipments {
    database: Database,
    provider: Arc<Provider>,
}

/// The role `shipments`.
pub async fn serve(environment: &Environment) -> Result<(), String> {
    let server = Server::new(environment)?;
    let database = Database::write(environment)?;
    let (read, write) = provider::statements!("shipments");
    let provider = Arc::new(Provider::new(database.clone(), read, write));
    let shipments = Arc::new(Shipments { database: database.clone(), provider: provider.clone() });
    let api = Router::new()
        .route("/shipments", post(ship::post))
        .route("/shipments/{order}", delete(ship::delete))
        .with_state(shipments.clone());
    let open = Router::new()
        .route("/audit/shipments", get(all).delete(empty))
        .with_state(shipments)
        .route("/provider/shipments", get(provider::told).put(provider::tell).with_state(provider));
    let schema = format!("{SCHEMA}{}", provider::TABLE.replace("{schema}", "shipments"));
    let preparing = async {
        migrate(&database, &server, &schema).await?;
        server.is_ready();
        std::future::pending::<Result<(), String>>().await
    };
    tokio::select! {
        served = server.clone().run(api, open) => served,
        failed = preparing => failed,
    }
}

/// `DELETE /audit/shipments`: no shipments.
async fn empty(State(shipments): State<Arc<Shipments>>) -> Result<StatusCode, Problem> {
    audit::empty(&shipments.database, "TRUNCATE shipments.shipments").await
}

/// `GET /audit/shipments`: every shipment.
async fn all(State(shipments): State<Arc<Shipments>>, query: Asked) -> Result<Json<Value>, Problem> {
    audit::page(&shipments.database, AUDIT, query).await
}
