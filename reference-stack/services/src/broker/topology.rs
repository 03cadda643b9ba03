//! Exchanges and queues. Publishers and consumers declare them alike, so that it does not matter who comes first.

use crate::environment::Environment;
use lapin::options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable, ShortString};
use lapin::{Channel, ExchangeKind, Result};

/// The fan-out exchange of events.
pub const EVENTS: &str = "shop.events";
/// Where what cannot be delivered goes.
const DEAD: &str = "shop.dead";
/// The queue of orders that were accepted and not yet begun.
pub const ACCEPTED: &str = "orders.accepted";
/// The kinds of notification.
pub const KINDS: [&str; 3] = ["email", "whatsapp", "sms"];
/// A message is delivered once and then so many times again.
const REDELIVERIES: i64 = 3;
/// Messages that wait at most in one queue; then publishing is refused.
const LONGEST: i64 = 200_000;

/// How events reach their consumers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channels {
    /// Each kind has a queue, whether its consumer is there or not.
    Queues,
    /// Whoever listens hears it: no queue, no acknowledgement.
    PubSub,
}

/// What there is to declare.
#[derive(Clone, Debug)]
pub struct Topology {
    /// How events reach their consumers.
    pub channels: Channels,
    longest: i64,
}

/// The queue of a kind.
pub fn queue(kind: &str) -> ShortString {
    format!("notify.{kind}").into()
}

/// Its dead-letter queue.
pub fn dead_queue(kind: &str) -> ShortString {
    format!("dead.{kind}").into()
}

impl Topology {
    /// From `CHANNELS`.
    pub fn new(environment: &Environment) -> std::result::Result<Topology, String> {
        let words = [("queues", Channels::Queues), ("pubsub", Channels::PubSub)];
        Ok(Topology {
            channels: environment.choice("CHANNELS", &words)?,
            longest: environment.number("QUEUE_LENGTH", LONGEST, 1..=10_000_000)?,
        })
    }

    /// Declares everything that events and notifications need.
    pub async fn events(&self, channel: &Channel) -> Result<()> {
        let durable = ExchangeDeclareOptions { durable: true, ..Default::default() };
        let none = FieldTable::default;
        channel.exchange_declare(EVENTS.into(), ExchangeKind::Fanout, durable, none()).await?;
        channel.exchange_declare(DEAD.into(), ExchangeKind::Direct, durable, none()).await?;
        for kind in KINDS {
            let dead = dead_queue(kind);
            channel.queue_declare(dead.clone(), QueueDeclareOptions::durable(), quorum(&[])).await?;
            channel
                .queue_bind(dead.clone(), DEAD.into(), dead.clone(), QueueBindOptions::default(), none())
                .await?;
            let arguments = quorum(&[
                ("x-delivery-limit", AMQPValue::LongLongInt(REDELIVERIES)),
                ("x-dead-letter-exchange", AMQPValue::LongString(DEAD.into())),
                ("x-dead-letter-routing-key", AMQPValue::LongString(dead.as_str().into())),
                ("x-dead-letter-strategy", AMQPValue::LongString("at-least-once".into())),
                ("x-overflow", AMQPValue::LongString("reject-publish".into())),
                ("x-max-length", AMQPValue::LongLongInt(self.longest)),
            ]);
            channel.queue_declare(queue(kind), QueueDeclareOptions::durable(), arguments).await?;
            match self.channels {
                Channels::Queues => {
                    let options = QueueBindOptions::default();
                    channel.queue_bind(queue(kind), EVENTS.into(), "".into(), options, none()).await?;
                }
                // Another run with queues may have left the binding behind: nobody would empty them now.
                Channels::PubSub => {
                    channel.queue_unbind(queue(kind), EVENTS.into(), "".into(), none()).await?
                }
            }
        }
        Ok(())
    }

    /// Declares the queue of accepted orders.
    pub async fn accepted(&self, channel: &Channel) -> Result<()> {
        let arguments = quorum(&[
            ("x-overflow", AMQPValue::LongString("reject-publish".into())),
            ("x-max-length", AMQPValue::LongLongInt(self.longest)),
        ]);
        channel.queue_declare(ACCEPTED.into(), QueueDeclareOptions::durable(), arguments).await?;
        Ok(())
    }

    /// A queue that lives and dies with its one listener.
    pub async fn listening(&self, channel: &Channel) -> Result<ShortString> {
        let options = QueueDeclareOptions { exclusive: true, auto_delete: true, ..Default::default() };
        let declared = channel.queue_declare("".into(), options, FieldTable::default()).await?;
        let name = declared.name().clone();
        let options = QueueBindOptions::default();
        channel.queue_bind(name.clone(), EVENTS.into(), "".into(), options, FieldTable::default()).await?;
        Ok(name)
    }
}

fn quorum(more: &[(&str, AMQPValue)]) -> FieldTable {
    let mut table = FieldTable::default();
    table.insert("x-queue-type".into(), AMQPValue::LongString("quorum".into()));
    for (name, value) in more {
        table.insert((*name).into(), value.clone());
    }
    table
}
