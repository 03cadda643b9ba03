//! `refshop`: the services of the reference stack. One binary; its first argument is the role.
//!
//! Each role is a folder (`catalog/`, `orders/`, …) on the same ground: `server` (HTTP), `database`, `cache`, `broker`,
//! `peers` (calls to other services). What breaks a promise on purpose is a switch in the environment, read in the
//! role's `settings`.

mod audit;
mod broker;
mod cache;
mod catalog;
mod crash;
mod database;
mod environment;
mod healthcheck;
mod ids;
mod inventory;
mod log;
mod metrics;
mod notifier;
mod orders;
mod payments;
mod peers;
mod problem;
mod provider;
mod server;
mod sessions;
mod shipments;

use environment::Environment;
use std::process::ExitCode;

const ROLES: &str = "catalog, orders, inventory, payments, shipments, sessions, notifier or healthcheck";

fn main() -> ExitCode {
    let role = std::env::args().nth(1).unwrap_or_default();
    let environment = Environment::of_process();
    if role == "healthcheck" {
        return healthcheck::run(&environment);
    }
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return ended(&role, Err(format!("cannot start: {error}"))),
    };
    let served = runtime.block_on(serve(&role, &environment));
    // Whatever has not ended by now had its time.
    runtime.shutdown_timeout(std::time::Duration::from_millis(100));
    ended(&role, served)
}

async fn serve(role: &str, environment: &Environment) -> Result<(), String> {
    match role {
        "catalog" => catalog::serve(environment).await,
        "orders" => orders::serve(environment).await,
        "inventory" => inventory::serve(environment).await,
        "payments" => payments::serve(environment).await,
        "shipments" => shipments::serve(environment).await,
        "sessions" => sessions::serve(environment).await,
        "notifier" => notifier::serve(environment).await,
        other => Err(format!("`{other}` is no role: the first argument is {ROLES}")),
    }
}

fn ended(role: &str, result: Result<(), String>) -> ExitCode {
    match result {
        Ok(()) => {
            log::info("stopped", &[("role", &role)]);
            ExitCode::SUCCESS
        }
        Err(why) => {
            log::error("cannot go on", &[("role", &role), ("error", &why)]);
            ExitCode::FAILURE
        }
    }
}
