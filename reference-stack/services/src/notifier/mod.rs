//! The notifier: e-mail, WhatsApp, SMS. One instance works on the queues of the kinds it is told (`KINDS`).

mod audits;
mod conduct;
mod effect;
mod parked;
mod settings;
mod worker;

use crate::broker::{self, Nodes, Publisher, Topology};
use crate::database::{Database, migrate};
use crate::environment::Environment;
use crate::server::Server;
use axum::Router;
use axum::routing::{get, post};
use conduct::Providers;
use settings::Settings;
use std::sync::Arc;
use worker::Worker;

const SCHEMA: &str = "CREATE SCHEMA IF NOT EXISTS notifications;
CREATE TABLE IF NOT EXISTS notifications.inbox (
    consumer TEXT NOT NULL, event TEXT NOT NULL, PRIMARY KEY (consumer, event));
CREATE TABLE IF NOT EXISTS notifications.sent (
    seq BIGSERIAL PRIMARY KEY, consumer TEXT NOT NULL, event TEXT NOT NULL, key TEXT NOT NULL,
    deliveries BIGINT NOT NULL, instance TEXT NOT NULL, at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp());
CREATE TABLE IF NOT EXISTS notifications.provider (
    one BOOLEAN PRIMARY KEY DEFAULT true CHECK (one), told TEXT NOT NULL);";

/// What requests and workers share.
struct Notifier {
    server: Arc<Server>,
    database: Database,
    providers: Providers,
    nodes: Nodes,
    topology: Topology,
    publisher: Publisher,
    settings: Settings,
}

/// The role `notifier`.
pub async fn serve(environment: &Environment) -> Result<(), String> {
    let server = Server::new(environment)?;
    let settings = Settings::new(environment)?;
    let (nodes, topology) = (Nodes::new(environment)?, Topology::new(environment)?);
    let database = Database::write(environment)?;
    let notifier = Arc::new(Notifier {
        server: server.clone(),
        providers: Providers::new(database.clone()),
        database,
        publisher: Publisher::new(nodes.clone(), topology.clone(), "notifier"),
        nodes: nodes.clone(),
        topology: topology.clone(),
        settings,
    });
    // Audits only: nobody waits for a notification.
    let open = Router::new()
        .route("/audit/notifications", get(audits::notifications).delete(audits::empty))
        .route("/audit/parked", get(parked::all))
        .route("/parked/redrive", post(parked::redrive))
        .route("/provider/notifier", get(conduct::told).put(conduct::tell))
        .with_state(notifier.clone());
    let working = async {
        migrate(&notifier.database, &server, SCHEMA).await?;
        server.is_ready();
        let mut workers = tokio::task::JoinSet::new();
        for kind in notifier.settings.kinds.clone() {
            let worker = Arc::new(Worker::new(notifier.clone(), kind));
            workers.spawn(broker::consume(nodes.clone(), topology.clone(), server.stop.clone(), worker));
        }
        while workers.join_next().await.is_some() {}
        // They end only when told to; then the server ends everything.
        std::future::pending::<Result<(), String>>().await
    };
    tokio::select! {
        served = server.clone().run(Router::new(), open) => served,
        failed = working => failed,
    }
}
