//! Payments. The books are those of the (fake) provider, who knows a charge by the order's id: asked twice, it charges
//! once. `IDEMPOTENCY=off` forgets that, and charges each time.

mod audits;
mod charge;
mod refund;

use crate::database::{Database, migrate};
use crate::environment::Environment;
use crate::provider::{self, Provider};
use crate::server::Server;
use axum::Router;
use axum::routing::{get, post};
use std::sync::Arc;

const SCHEMA: &str = "CREATE SCHEMA IF NOT EXISTS payments;
CREATE TABLE IF NOT EXISTS payments.charges (
    seq BIGSERIAL UNIQUE, charge_id TEXT PRIMARY KEY, order_id TEXT NOT NULL, key TEXT NOT NULL,
    amount BIGINT NOT NULL, state TEXT NOT NULL, at TIMESTAMPTZ NOT NULL DEFAULT now());
CREATE INDEX IF NOT EXISTS charges_by_order ON payments.charges (order_id);";

/// What requests share.
struct Payments {
    database: Database,
    provider: Arc<Provider>,
    idempotent: bool,
}

/// The role `payments`.
pub async fn serve(environment: &Environment) -> Result<(), String> {
    let server = Server::new(environment)?;
    let database = Database::write(environment)?;
    let (read, write) = provider::statements!("payments");
    let provider = Arc::new(Provider::new(database.clone(), read, write));
    let idempotent = environment.on("IDEMPOTENCY")?;
    let payments = Arc::new(Payments { database: database.clone(), provider: provider.clone(), idempotent });
    let api = Router::new()
        .route("/charges", post(charge::post))
        .route("/refunds", post(refund::post))
        .with_state(payments.clone());
    let told = get(provider::told).put(provider::tell).with_state(provider);
    let open = Router::new()
        .route("/audit/charges", get(audits::charges).delete(audits::empty))
        .with_state(payments)
        .route("/provider", told.clone())
        .route("/provider/payments", told);
    let schema = format!("{SCHEMA}{}", provider::TABLE.replace("{schema}", "payments"));
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
