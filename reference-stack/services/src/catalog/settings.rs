//! The catalog's switches and sizes.

use crate::environment::Environment;
use std::time::Duration;

/// See the file's head.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    /// `CACHE`: whether Redis is used at all.
    pub(super) cache: bool,
    /// `CACHE_INVALIDATION`: whether a write reaches the cache.
    pub(super) invalidation: bool,
    /// `CACHE_TTL_MS`: how long an entry may live.
    pub(super) ttl: Duration,
    /// `CACHE_TIMEOUT_MS`: how long Redis may take.
    pub(super) cache_timeout: Duration,
    /// `REPLICA_TIMEOUT_MS`: how long a replica may take before the primary is asked.
    pub(super) replica_timeout: Duration,
    /// `PRODUCTS`: how many there are at first.
    pub(super) products: u32,
}

impl Settings {
    pub(super) fn new(environment: &Environment) -> Result<Settings, String> {
        Ok(Settings {
            cache: environment.on("CACHE")?,
            invalidation: environment.on("CACHE_INVALIDATION")?,
            ttl: environment.milliseconds("CACHE_TTL_MS", 30_000)?.max(Duration::from_millis(1)),
            cache_timeout: environment.milliseconds("CACHE_TIMEOUT_MS", 100)?,
            replica_timeout: environment.milliseconds("REPLICA_TIMEOUT_MS", 400)?,
            products: environment.number("PRODUCTS", 200, 1..=100_000)?,
        })
    }
}
