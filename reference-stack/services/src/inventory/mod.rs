//! The inventory: stock per product, reservations per order.

mod audits;
mod release;
mod reserve;
mod schema;
mod stock;

use crate::database::{Database, migrate};
use crate::environment::Environment;
use crate::provider::{self, Provider};
use crate::server::Server;
use axum::Router;
use axum::routing::{delete, get, post, put};
use std::sync::Arc;

/// `STOCK_CHECK`: how a reservation makes sure that there is enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum StockCheck {
    /// The statement that takes the stock takes none below zero.
    On,
    /// It looks first and writes what it reckoned: two at once overwrite each other.
    Racy,
    /// Nobody looks.
    Off,
}

/// What requests share.
struct Inventory {
    database: Database,
    provider: Arc<Provider>,
    check: StockCheck,
}

/// The role `inventory`.
pub async fn serve(environment: &Environment) -> Result<(), String> {
    let server = Server::new(environment)?;
    let database = Database::write(environment)?;
    let (read, write) = provider::statements!("inventory");
    let check = environment.choice(
        "STOCK_CHECK",
        &[("on", StockCheck::On), ("racy", StockCheck::Racy), ("off", StockCheck::Off)],
    )?;
    let products = environment.number("PRODUCTS", 200_i64, 1..=100_000)?;
    let pieces = environment.number("STOCK", 1_000_000_i64, 0..=1_000_000_000)?;
    let provider = Arc::new(Provider::new(database.clone(), read, write));
    let inventory = Arc::new(Inventory { database: database.clone(), provider: provider.clone(), check });
    let api = Router::new()
        .route("/reservations", post(reserve::post))
        .route("/reservations/{order}", delete(release::delete))
        .with_state(inventory.clone());
    let open = Router::new()
        .route("/stock/{product}", put(stock::put))
        .route("/audit/stock", get(audits::reservations).delete(audits::empty))
        .route("/audit/products", get(audits::products))
        .with_state(inventory)
        .route("/provider/inventory", get(provider::told).put(provider::tell).with_state(provider));
    let preparing = async {
        migrate(&database, &server, &schema::text()).await?;
        let filled = database.query(schema::SEED, &[&products, &pieces]).await;
        filled.map_err(|error| error.to_string())?;
        server.is_ready();
        std::future::pending::<Result<(), String>>().await
    };
    tokio::select! {
        served = server.clone().run(api, open) => served,
        failed = preparing => failed,
    }
}
