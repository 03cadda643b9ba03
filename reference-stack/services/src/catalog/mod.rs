//! The catalog: products, read from replicas through a cache in Redis, written on the primary.

mod read;
mod settings;
mod shelf;
mod source;
mod write;

use crate::audit::{self, Asked};
use crate::database::{Database, migrate};
use crate::environment::Environment;
use crate::problem::Problem;
use crate::server::Server;
use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use settings::Settings;
use shelf::Shelf;
use std::sync::Arc;

const SCHEMA: &str = "CREATE SCHEMA IF NOT EXISTS catalog;
CREATE TABLE IF NOT EXISTS catalog.products (
    id BIGINT PRIMARY KEY, name TEXT NOT NULL, price BIGINT NOT NULL, version BIGINT NOT NULL DEFAULT 1);";

const SEED: &str = "INSERT INTO catalog.products (id, name, price)
SELECT i, 'product ' || i, 100 + (i * 37) % 9900 FROM generate_series(1::bigint, $1) AS i ON CONFLICT DO NOTHING";

/// What requests share.
struct Catalog {
    primary: Database,
    replicas: Database,
    shelf: Shelf,
    settings: Settings,
}

/// The role `catalog`.
pub async fn serve(environment: &Environment) -> Result<(), String> {
    let server = Server::new(environment)?;
    let settings = Settings::new(environment)?;
    let catalog = Arc::new(Catalog {
        primary: Database::write(environment)?,
        replicas: Database::read(environment)?,
        shelf: Shelf::new(environment, &settings)?,
        settings,
    });
    let api = Router::new()
        .route("/products", get(read::list))
        .route("/products/{id}", get(read::one).put(write::put))
        .with_state(catalog.clone());
    let open = Router::new().route("/audit/catalog", get(products)).with_state(catalog.clone());
    let serving = server.clone().run(api, open);
    let preparing = async {
        migrate(&catalog.primary, &server, SCHEMA).await?;
        let products = i64::from(catalog.settings.products);
        catalog.primary.query(SEED, &[&products]).await.map_err(|error| error.to_string())?;
        server.is_ready();
        std::future::pending::<Result<(), String>>().await
    };
    tokio::select! {
        served = serving => served,
        failed = preparing => failed,
    }
}

/// `GET /audit/catalog`: every product as the primary has it.
async fn products(
    State(catalog): State<Arc<Catalog>>,
    query: Asked,
) -> Result<Json<serde_json::Value>, Problem> {
    const SQL: &str =
        "SELECT id, json_build_object('key', id::text, 'price', price, 'version', version)::text
        FROM catalog.products WHERE id > $1 AND ($3::text IS NULL OR $4::text IS NULL OR true)
        ORDER BY id LIMIT $2";
    audit::page(&catalog.primary, SQL, query).await
}
