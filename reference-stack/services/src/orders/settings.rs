//! The switches and sizes of orders.

use crate::environment::Environment;
use std::time::Duration;

/// See the file's head.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    /// `IDEMPOTENCY`: whether a key stands for one order.
    pub(super) idempotency: bool,
    /// `OUTBOX`: whether events are committed with what they tell of.
    pub(super) outbox: bool,
    /// `COMPENSATION`: whether a failed saga undoes its steps.
    pub(super) compensation: bool,
    /// `POISON`: the share of orders whose event no consumer can digest.
    pub(super) poison: f64,
    /// `ID_SECRET`: what ids are made with; the same at all instances.
    pub(super) secret: String,
    /// `ORDER_TIMEOUT_MS`: how long a caller waits for the saga.
    pub(super) within: Duration,
    /// `LEASE_MS`: how long a saga belongs to whoever took it up, without a sign of life.
    pub(super) lease: Duration,
    /// `PUBLISH_DELAY_MS`: the gap between commit and publishing, widened for whoever wants to hit it.
    pub(super) gap: Duration,
    /// `SAGAS`: how many at once in this instance, at most.
    pub(super) sagas: usize,
    /// `ASYNC_WORKERS`: how many accepted orders are worked on at once in this instance.
    pub(super) workers: u16,
    pub(super) catalog: String,
    pub(super) inventory: String,
    pub(super) payments: String,
    pub(super) shipments: String,
}

impl Settings {
    pub(super) fn new(environment: &Environment) -> Result<Settings, String> {
        let url = |name: &str, port: u16| {
            let url = environment.required(name, &format!("http://balancer:{port}"))?;
            let parsed: Result<axum::http::Uri, _> = url.parse();
            match parsed.is_ok_and(|uri| uri.scheme_str() == Some("http") && uri.host().is_some()) {
                true => Ok(url.trim_end_matches('/').to_owned()),
                false => Err(format!("{name}={url} must be like http://balancer:{port}")),
            }
        };
        Ok(Settings {
            idempotency: environment.on("IDEMPOTENCY")?,
            outbox: environment.on("OUTBOX")?,
            compensation: environment.on("COMPENSATION")?,
            poison: environment.number("POISON", 0.0, 0.0..=1.0)?,
            secret: environment.text("ID_SECRET").unwrap_or("shop").to_owned(),
            within: environment.milliseconds("ORDER_TIMEOUT_MS", 1_800)?,
            lease: environment.milliseconds("LEASE_MS", 5_000)?.max(Duration::from_millis(100)),
            gap: environment.milliseconds("PUBLISH_DELAY_MS", 0)?,
            sagas: environment.number("SAGAS", 32, 1..=10_000)?,
            workers: environment.number("ASYNC_WORKERS", 8, 1..=1_000)?,
            catalog: url("CATALOG_URL", 8101)?,
            inventory: url("INVENTORY_URL", 8103)?,
            payments: url("PAYMENTS_URL", 8104)?,
            shipments: url("SHIPMENTS_URL", 8105)?,
        })
    }
}
