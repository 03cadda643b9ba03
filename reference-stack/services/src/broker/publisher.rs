//! Publishes with confirms: a message counts as published when the broker says that a majority of the queue's members
//! has it.

use super::nodes::Nodes;
use super::topology::Topology;
use crate::metrics;
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions, QueuePurgeOptions};
use lapin::types::ShortString;
use lapin::{BasicProperties, Channel, Connection};
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::Mutex;
use tokio::time::timeout;

/// Persistent, in AMQP's words.
const PERSISTENT: u8 = 2;

/// What to publish.
#[derive(Clone, Debug)]
pub struct Message {
    /// Its id: consumers know by it what they have seen.
    pub id: String,
    /// JSON.
    pub body: Vec<u8>,
}

/// See the file's head.
pub struct Publisher {
    nodes: Nodes,
    topology: Topology,
    purpose: &'static str,
    link: Mutex<Option<Link>>,
    links: AtomicU64,
}

struct Link {
    connection: Connection,
    channel: Channel,
    /// Which one it is: the failure of an old one must not end a new one.
    number: u64,
}

impl Publisher {
    /// A publisher with a connection of its own, made when it is first needed.
    pub fn new(nodes: Nodes, topology: Topology, purpose: &'static str) -> Publisher {
        Publisher { nodes, topology, purpose, link: Mutex::default(), links: AtomicU64::new(0) }
    }

    /// Publishes to an exchange with a routing key; one result per message. An error says that nobody knows.
    pub async fn publish(
        &self,
        exchange: &str,
        key: &str,
        messages: &[Message],
    ) -> Result<Vec<bool>, String> {
        let (channel, number) = self.channel().await?;
        let outcome = match timeout(self.nodes.within, confirmed(&channel, exchange, key, messages)).await {
            Ok(Ok(confirmed)) => Ok(confirmed),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err(format!("no confirm within {} ms", self.nodes.within.as_millis())),
        };
        match &outcome {
            Ok(confirmed) => {
                let right = confirmed.iter().filter(|confirmed| **confirmed).count();
                metrics::add("refshop_published_total", format!("exchange=\"{exchange}\""), right as u64);
            }
            Err(_) => self.forget(number).await,
        }
        outcome
    }

    /// Empties queues; what is being worked on stays with its worker.
    pub async fn purge(&self, queues: &[ShortString]) -> Result<(), String> {
        let (channel, number) = self.channel().await?;
        for queue in queues {
            let purged =
                timeout(self.nodes.within, channel.queue_purge(queue.clone(), QueuePurgeOptions::default()))
                    .await;
            if !matches!(purged, Ok(Ok(_))) {
                self.forget(number).await;
                return Err(format!("the queue {queue} cannot be emptied now"));
            }
        }
        Ok(())
    }

    async fn channel(&self) -> Result<(Channel, u64), String> {
        let Ok(mut link) = timeout(self.nodes.within, self.link.lock()).await else {
            return Err("the broker is being looked for".to_owned());
        };
        if let Some(Link { connection, channel, number }) = &*link
            && connection.status().connected()
            && channel.status().connected()
        {
            return Ok((channel.clone(), *number));
        }
        *link = None;
        let connection = self.nodes.connect(self.purpose).await?;
        let preparing = async {
            let channel = connection.create_channel().await?;
            channel.confirm_select(ConfirmSelectOptions::default()).await?;
            self.topology.events(&channel).await?;
            self.topology.accepted(&channel).await?;
            Ok::<_, lapin::Error>(channel)
        };
        let channel = match timeout(2 * self.nodes.within, preparing).await {
            Ok(Ok(channel)) => channel,
            Ok(Err(error)) => return Err(self.blamed(error.to_string())),
            Err(_) => return Err(self.blamed("the queues cannot be declared in time".to_owned())),
        };
        let number = self.links.fetch_add(1, Ordering::Relaxed);
        *link = Some(Link { connection, channel: channel.clone(), number });
        Ok((channel, number))
    }

    fn blamed(&self, why: String) -> String {
        self.nodes.blame();
        why
    }

    /// The channel did not keep its word; the next one connects anew, to another node.
    async fn forget(&self, number: u64) {
        let mut link = self.link.lock().await;
        if link.as_ref().is_some_and(|link| link.number == number) {
            *link = None;
            self.nodes.blame();
        }
    }
}

async fn confirmed(
    channel: &Channel,
    exchange: &str,
    key: &str,
    messages: &[Message],
) -> lapin::Result<Vec<bool>> {
    let mut waiting = Vec::with_capacity(messages.len());
    for message in messages {
        let properties = BasicProperties::default()
            .with_delivery_mode(PERSISTENT)
            .with_content_type("application/json".into())
            .with_message_id(ShortString::from(message.id.as_str()));
        let options = BasicPublishOptions::default();
        waiting.push(
            channel.basic_publish(exchange.into(), key.into(), options, &message.body, properties).await?,
        );
    }
    let mut confirmed = Vec::with_capacity(waiting.len());
    for confirm in waiting {
        confirmed.push(confirm.await?.is_ack());
    }
    Ok(confirmed)
}
