//! Redis: one connection to the primary, found through the Sentinels or given. Whoever asks while it is away is told so
//! at once: a cache that makes its users wait is worse than none.

mod primary;

use crate::environment::Environment;
use crate::{log, metrics};
use primary::Primary;
use redis::aio::MultiplexedConnection;
use redis::{Cmd, FromRedisValue};
use std::fmt;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;
use tokio::time::timeout;

/// After a failed attempt to connect nobody tries for so long.
const REST: Duration = Duration::from_millis(200);

/// See the file's head.
pub struct Redis {
    primary: Primary,
    within: Duration,
    link: Mutex<Link>,
}

#[derive(Default)]
struct Link {
    connection: Option<MultiplexedConnection>,
    /// Grows with each connection, so that an old one's failure does not end a new one.
    number: u64,
    rest_until: Option<Instant>,
}

/// Redis did not do it.
#[derive(Debug)]
pub struct Away(String);

impl fmt::Display for Away {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Redis: {}", self.0)
    }
}

impl Redis {
    /// From `REDIS_URL`, or from `REDIS_SENTINELS` and `REDIS_PRIMARY`.
    pub fn new(environment: &Environment, within: Duration) -> Result<Redis, String> {
        Ok(Redis { primary: Primary::new(environment)?, within, link: Mutex::default() })
    }

    /// Carries out a command, within the time limit.
    pub async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, Away> {
        let (mut connection, number) = self.connected().await?;
        let answer = timeout(self.within, command.query_async::<T>(&mut connection)).await;
        match answer {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => self.broke(number, error.to_string()).await,
            Err(_) => self.broke(number, format!("no answer within {} ms", self.within.as_millis())).await,
        }
    }

    async fn connected(&self) -> Result<(MultiplexedConnection, u64), Away> {
        // Somebody else is connecting: do not stand in line behind it for long.
        let Ok(mut link) = timeout(self.within, self.link.lock()).await else {
            return Err(Away("is being looked for".to_owned()));
        };
        if let Some(connection) = &link.connection {
            return Ok((connection.clone(), link.number));
        }
        if link.rest_until.is_some_and(|until| Instant::now() < until) {
            return Err(Away("was not there a moment ago".to_owned()));
        }
        match self.primary.connect().await {
            Ok(connection) => {
                link.number += 1;
                link.connection = Some(connection.clone());
                link.rest_until = None;
                log::info("connected to Redis", &[]);
                Ok((connection, link.number))
            }
            Err(why) => {
                link.rest_until = Some(Instant::now() + REST);
                metrics::count("refshop_redis_failures_total", "what=\"connect\"");
                Err(Away(why))
            }
        }
    }

    /// Whatever went wrong (reset, time, READONLY after a failover): the next one asks for the primary again.
    async fn broke<T>(&self, number: u64, why: String) -> Result<T, Away> {
        metrics::count("refshop_redis_failures_total", "what=\"command\"");
        // Who holds it is looking for the primary: then the connection is given up already, and nobody waits for that.
        if let Ok(mut link) = self.link.try_lock()
            && link.number == number
            && link.connection.take().is_some()
        {
            log::warn("lost Redis", &[("error", &why)]);
        }
        Err(Away(why))
    }
}
