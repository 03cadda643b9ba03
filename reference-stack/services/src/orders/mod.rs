//! Orders: accepted under an idempotency key, carried through by a saga, told to the world through an outbox.

mod accept;
mod audits;
mod events;
mod later;
mod order;
mod outbox;
mod place;
mod price;
mod read;
mod resume;
mod room;
mod saga;
mod schema;
mod settings;
mod steps;

use crate::broker::{Nodes, Publisher, Topology};
use crate::database::{Database, migrate};
use crate::environment::Environment;
use crate::peers::Peers;
use crate::server::{Server, shed};
use axum::Router;
use axum::routing::{get, post};
use price::Prices;
use room::Room;
use settings::Settings;
use std::sync::Arc;
use tokio::sync::Notify;

/// What requests and sagas share.
struct Orders {
    server: Arc<Server>,
    database: Database,
    peers: Peers,
    prices: Prices,
    publisher: Publisher,
    settings: Settings,
    /// Sagas under way at once in this instance.
    room: Arc<Room>,
    /// Rung when there is something in the outbox.
    bell: Notify,
}

/// The role `orders`.
pub async fn serve(environment: &Environment) -> Result<(), String> {
    let server = Server::new(environment)?;
    let settings = Settings::new(environment)?;
    let (nodes, topology) = (Nodes::new(environment)?, Topology::new(environment)?);
    let orders = Arc::new(Orders {
        server: server.clone(),
        database: Database::write(environment)?,
        peers: Peers::new(environment)?,
        prices: Prices::default(),
        publisher: Publisher::new(nodes.clone(), topology.clone(), "orders"),
        room: Arc::new(Room::new(shed::is_on(environment)?.then_some(settings.sagas))),
        bell: Notify::new(),
        settings,
    });
    let api = Router::new()
        .route("/orders", post(place::post))
        .route("/orders/{id}", get(read::one))
        .route("/events", post(events::post))
        .with_state(orders.clone());
    let open = Router::new()
        .route("/audit/orders", get(audits::orders).delete(audits::empty))
        .route("/audit/events", get(audits::events))
        .with_state(orders.clone());
    let working = async {
        migrate(&orders.database, &server, schema::TABLES).await?;
        server.is_ready();
        tokio::join!(
            outbox::relay(orders.clone()),
            resume::look_after(orders.clone()),
            later::consume(orders.clone(), nodes, topology),
        );
        // All three end only when told to; then the server ends everything.
        std::future::pending::<Result<(), String>>().await
    };
    tokio::select! {
        served = server.clone().run(api, open) => served,
        failed = working => failed,
    }
}
