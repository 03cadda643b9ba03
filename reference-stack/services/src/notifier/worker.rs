//! A worker on one kind's queue. A delivery that fails goes back; the queue's delivery limit sends what fails again and
//! again to the dead-letter queue. Meanwhile the worker holds other deliveries, too: a bad one blocks nobody.

use super::Notifier;
use super::effect::Effect;
use crate::broker::{self, Channels, Consuming, Topology};
use crate::server::request_id;
use crate::{crash, log, metrics};
use lapin::Channel;
use lapin::message::Delivery;
use lapin::options::{BasicAckOptions, BasicNackOptions};
use lapin::types::{AMQPValue, ShortString};
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;

/// See the file's head.
pub(super) struct Worker {
    notifier: Arc<Notifier>,
    kind: &'static str,
}

/// An event, as the outbox publishes it.
#[derive(Debug, Deserialize)]
pub(super) struct Event {
    pub(super) event: String,
    pub(super) key: String,
    #[serde(default)]
    pub(super) poison: bool,
    /// The id of the request that it came of.
    #[serde(default)]
    pub(super) request: String,
}

impl Worker {
    pub(super) fn new(notifier: Arc<Notifier>, kind: &'static str) -> Worker {
        Worker { notifier, kind }
    }

    /// What has to be done for an event; an error says why it was not.
    async fn work(&self, event: &Event, delivery: &Delivery) -> Result<(), String> {
        let notifier = &self.notifier;
        let conduct = notifier.providers.conduct().await.map_err(|error| error.to_string())?;
        tokio::time::sleep(notifier.settings.work + Duration::from_millis(conduct.latency_ms)).await;
        if event.poison && !conduct.repaired {
            return Err("this event cannot be digested".to_owned());
        }
        if fastrand::f64() < conduct.fail.get(self.kind).copied().unwrap_or(0.0) {
            return Err("the provider does not take it".to_owned());
        }
        crash::point("before-effect");
        let deliveries = times_before(delivery) + 1;
        let effect = Effect { consumer: self.kind, event: &event.event, key: &event.key, deliveries };
        let fresh = notifier.send(&effect).await.map_err(|error| error.to_string())?;
        crash::point("after-effect");
        let result = if fresh { "sent" } else { "known" };
        metrics::count("refshop_notifications_total", format!("kind=\"{}\",result=\"{result}\"", self.kind));
        Ok(())
    }
}

impl Consuming for Worker {
    async fn prepare(&self, topology: &Topology, channel: &Channel) -> lapin::Result<ShortString> {
        topology.events(channel).await?;
        match topology.channels {
            Channels::Queues => Ok(broker::queue(self.kind)),
            Channels::PubSub => topology.listening(channel).await,
        }
    }

    fn at_once(&self) -> u16 {
        self.notifier.settings.prefetch
    }

    fn unacknowledged(&self) -> bool {
        self.notifier.topology.channels == Channels::PubSub
    }

    async fn handle(self: Arc<Worker>, delivery: Delivery) {
        if delivery.redelivered {
            metrics::count("refshop_redelivered_total", format!("kind=\"{}\"", self.kind));
        }
        let settings = &self.notifier.settings;
        let before = !settings.ack_after && !self.unacknowledged();
        if before {
            let _ = delivery.acker.ack(BasicAckOptions::default()).await;
        }
        let id = delivery.properties.message_id().as_ref().map_or_else(String::new, |id| id.to_string());
        let event = serde_json::from_slice::<Event>(&delivery.data).map_err(|error| error.to_string());
        let request = event.as_ref().map_or_else(|_| id.clone(), |event| event.request.clone());
        let done = request_id::within(request, async {
            let done = match &event {
                Ok(event) => self.work(event, &delivery).await,
                Err(why) => Err(why.clone()),
            };
            if let Err(why) = &done {
                metrics::count(
                    "refshop_notifications_total",
                    format!("kind=\"{}\",result=\"failed\"", self.kind),
                );
                log::warn("a notification failed", &[("kind", &self.kind), ("event", &id), ("error", why)]);
            }
            done
        })
        .await;
        if before || self.unacknowledged() {
            return;
        }
        // If the connection is gone, the broker delivers again by itself.
        let _ = match done {
            Ok(()) => delivery.acker.ack(BasicAckOptions::default()).await,
            Err(_) => {
                tokio::time::sleep(settings.retry).await;
                delivery.acker.nack(BasicNackOptions { requeue: true, ..Default::default() }).await
            }
        };
    }
}

/// How often the queue has delivered this before: quorum queues count.
fn times_before(delivery: &Delivery) -> i64 {
    let headers = delivery.properties.headers().as_ref();
    match headers.and_then(|headers| headers.inner().get("x-delivery-count")) {
        Some(AMQPValue::LongLongInt(count)) => *count,
        Some(AMQPValue::LongInt(count)) => i64::from(*count),
        Some(AMQPValue::LongUInt(count)) => i64::from(*count),
        Some(AMQPValue::ShortInt(count)) => i64::from(*count),
        Some(AMQPValue::ShortShortInt(count)) => i64::from(*count),
        Some(AMQPValue::ShortShortUInt(count)) => i64::from(*count),
        _ => 0,
    }
}
