//! Where the primary is. The Sentinels are asked all at once: one that is frozen costs nothing. Who is named must say
//! of itself that it is the primary.

use crate::environment::Environment;
use futures_util::stream::{FuturesUnordered, StreamExt};
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, Value, cmd};
use std::time::Duration;
use tokio::time::timeout;

pub(super) struct Primary {
    place: Place,
    /// `REDIS_CONNECT_MS`: for an answer of the Sentinels, and for a connection to the primary.
    within: Duration,
}

enum Place {
    At(String),
    Named { name: String, sentinels: Vec<String> },
}

impl Primary {
    pub(super) fn new(environment: &Environment) -> Result<Primary, String> {
        let within = environment.milliseconds("REDIS_CONNECT_MS", 500)?;
        if let Some(url) = environment.text("REDIS_URL") {
            Client::open(url).map_err(|error| format!("REDIS_URL={url} is no address of Redis: {error}"))?;
            return Ok(Primary { place: Place::At(url.to_owned()), within });
        }
        environment
            .required("REDIS_SENTINELS", "sentinel-1:26379,sentinel-2:26379,sentinel-3:26379")
            .map_err(|error| {
                format!("{error} (or REDIS_URL=redis://host:6379 for a Redis without Sentinels)")
            })?;
        let sentinels = environment.list("REDIS_SENTINELS", "");
        let name = environment.text("REDIS_PRIMARY").unwrap_or("shop").to_owned();
        Ok(Primary { place: Place::Named { name, sentinels }, within })
    }

    /// A connection to the primary.
    pub(super) async fn connect(&self) -> Result<MultiplexedConnection, String> {
        let within = self.within;
        let url = match &self.place {
            Place::At(url) => url.clone(),
            Place::Named { name, sentinels } => found(name, sentinels, within).await?,
        };
        let connecting = async {
            let mut connection = open(&url, within).await?;
            let role: Vec<Value> =
                cmd("ROLE").query_async(&mut connection).await.map_err(|error| error.to_string())?;
            match role.first() {
                Some(Value::BulkString(role)) if role == b"master" => Ok(connection),
                _ => Err(format!("{url} is not the primary")),
            }
        };
        timeout(within, connecting).await.map_err(|_| format!("{url} does not answer"))?
    }
}

/// What the first Sentinel that knows says.
async fn found(name: &str, sentinels: &[String], within: Duration) -> Result<String, String> {
    let ask = |address: String| async move {
        let mut connection = open(&format!("redis://{address}/"), within).await.ok()?;
        let mut question = cmd("SENTINEL");
        question.arg("get-master-addr-by-name").arg(name);
        question.query_async::<Option<(String, u16)>>(&mut connection).await.ok()?
    };
    let mut answers: FuturesUnordered<_> = sentinels.iter().cloned().map(ask).collect();
    let first = async {
        while let Some(answer) = answers.next().await {
            if let Some((host, port)) = answer {
                return Some(format!("redis://{host}:{port}/"));
            }
        }
        None
    };
    let found = timeout(within, first).await.ok().flatten();
    found.ok_or_else(|| format!("no Sentinel knows the primary `{name}`"))
}

async fn open(url: &str, within: Duration) -> Result<MultiplexedConnection, String> {
    let client = Client::open(url).map_err(|error| error.to_string())?;
    let config =
        AsyncConnectionConfig::new().set_connection_timeout(Some(within)).set_response_timeout(Some(within));
    let connection = client.get_multiplexed_async_connection_with_config(&config).await;
    connection.map_err(|error| error.to_string())
}
