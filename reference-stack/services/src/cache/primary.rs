//! Where the primary is. The Sentinels are asked all at once: one that is frozen costs nothing. Who is named must say
//! of itself that it is the primary.

use crate::environment::Environment;
use futures_util::stream::{FuturesUnordered, StreamExt};
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, Value, cmd};
use std::time::Duration;
use tokio::time::timeout;

/// For an answer of the Sentinels.
const ASKED: Duration = Duration::from_millis(300);
/// For a connection to the primary.
const CONNECTED: Duration = Duration::from_millis(500);

pub(super) enum Primary {
    At(String),
    Named { name: String, sentinels: Vec<String> },
}

impl Primary {
    pub(super) fn new(environment: &Environment) -> Result<Primary, String> {
        if let Some(url) = environment.text("REDIS_URL") {
            Client::open(url).map_err(|error| format!("REDIS_URL={url} is no address of Redis: {error}"))?;
            return Ok(Primary::At(url.to_owned()));
        }
        environment
            .required("REDIS_SENTINELS", "sentinel-1:26379,sentinel-2:26379,sentinel-3:26379")
            .map_err(|error| {
                format!("{error} (or REDIS_URL=redis://host:6379 for a Redis without Sentinels)")
            })?;
        let sentinels = environment.list("REDIS_SENTINELS", "");
        let name = environment.text("REDIS_PRIMARY").unwrap_or("shop").to_owned();
        Ok(Primary::Named { name, sentinels })
    }

    /// A connection to the primary.
    pub(super) async fn connect(&self) -> Result<MultiplexedConnection, String> {
        let url = match self {
            Primary::At(url) => url.clone(),
            Primary::Named { name, sentinels } => found(name, sentinels).await?,
        };
        let connecting = async {
            let mut connection = open(&url).await?;
            let role: Vec<Value> =
                cmd("ROLE").query_async(&mut connection).await.map_err(|error| error.to_string())?;
            match role.first() {
                Some(Value::BulkString(role)) if role == b"master" => Ok(connection),
                _ => Err(format!("{url} is not the primary")),
            }
        };
        timeout(CONNECTED, connecting).await.map_err(|_| format!("{url} does not answer"))?
    }
}

/// What the first Sentinel that knows says.
async fn found(name: &str, sentinels: &[String]) -> Result<String, String> {
    let ask = |address: String| async move {
        let mut connection = open(&format!("redis://{address}/")).await.ok()?;
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
    let found = timeout(ASKED, first).await.ok().flatten();
    found.ok_or_else(|| format!("no Sentinel knows the primary `{name}`"))
}

async fn open(url: &str) -> Result<MultiplexedConnection, String> {
    let client = Client::open(url).map_err(|error| error.to_string())?;
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(CONNECTED))
        .set_response_timeout(Some(CONNECTED));
    let connection = client.get_multiplexed_async_connection_with_config(&config).await;
    connection.map_err(|error| error.to_string())
}
