//! The cache of products. An entry is replaced only by a newer version: a reader that was slow, or that read from a
//! replica that lags, cannot put an old product back after a write.

use super::settings::Settings;
use crate::cache::{Away, Redis};
use crate::environment::Environment;
use crate::metrics;
use redis::{Cmd, cmd};

/// Stores `version:json` unless what is there has this version or a later one.
const STORE: &str = "local there = redis.call('GET', KEYS[1])
if there and tonumber(string.match(there, '^(%d+):')) >= tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1] .. ':' .. ARGV[2], 'PX', ARGV[3])
return 1";

/// See the file's head.
pub(super) struct Shelf {
    redis: Option<Redis>,
    ttl_ms: u64,
}

impl Shelf {
    pub(super) fn new(environment: &Environment, settings: &Settings) -> Result<Shelf, String> {
        let redis = match settings.cache {
            true => Some(Redis::new(environment, settings.cache_timeout)?),
            false => None,
        };
        Ok(Shelf { redis, ttl_ms: u64::try_from(settings.ttl.as_millis()).unwrap_or(u64::MAX) })
    }

    /// The product's JSON, where it is there.
    pub(super) async fn find(&self, id: i64) -> Option<String> {
        let mut get = cmd("GET");
        get.arg(name(id));
        let found = self.ask::<Option<String>>(&get).await?;
        let result = if found.is_some() { "hit" } else { "miss" };
        metrics::count("refshop_cache_total", format!("result=\"{result}\""));
        Some(found?.split_once(':')?.1.to_owned())
    }

    /// Keeps a product; without the cache nothing happens.
    pub(super) async fn keep(&self, id: i64, version: i64, json: &str) {
        let mut store = cmd("EVAL");
        store.arg(STORE).arg(1).arg(name(id)).arg(version).arg(json).arg(self.ttl_ms);
        self.ask::<i64>(&store).await;
    }

    /// The cache's answer; none when there is no cache or it does not answer: then the database serves.
    async fn ask<T: redis::FromRedisValue>(&self, command: &Cmd) -> Option<T> {
        let answer: Result<T, Away> = self.redis.as_ref()?.ask(command).await;
        if answer.is_err() {
            metrics::count("refshop_cache_total", "result=\"away\"");
        }
        answer.ok()
    }
}

fn name(id: i64) -> String {
    format!("catalog:product:{id}")
}
