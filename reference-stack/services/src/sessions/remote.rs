//! Sessions in Redis.

use crate::cache::{Away, Redis};
use redis::cmd;
use std::time::Duration;
use uuid::Uuid;

/// See the file's head.
pub(super) struct Remote {
    redis: Redis,
    lifetime: Duration,
}

impl Remote {
    pub(super) fn new(redis: Redis, lifetime: Duration) -> Remote {
        Remote { redis, lifetime }
    }

    /// A token for this user.
    pub(super) async fn begin(&self, user: &str) -> Result<String, Away> {
        let token = Uuid::new_v4().simple().to_string();
        let mut set = cmd("SET");
        set.arg(name(&token)).arg(user).arg("EX").arg(self.lifetime.as_secs());
        self.redis.ask::<()>(&set).await?;
        Ok(token)
    }

    /// The user of a token that still holds. Reading may be tried again: once, after the connection was lost.
    pub(super) async fn user(&self, token: &str) -> Result<Option<String>, Away> {
        let mut get = cmd("GET");
        get.arg(name(token));
        match self.redis.ask(&get).await {
            Err(_) => self.redis.ask(&get).await,
            found => found,
        }
    }
}

fn name(token: &str) -> String {
    format!("session:{token}")
}
