//! A consumer that comes back: after any loss it connects again, to another node, until it is told to stop.

use super::nodes::Nodes;
use super::topology::Topology;
use crate::log;
use crate::server::Stop;
use futures_util::StreamExt;
use lapin::message::Delivery;
use lapin::options::{BasicConsumeOptions, BasicQosOptions};
use lapin::types::{FieldTable, ShortString};
use lapin::{Channel, Connection, Consumer};
use std::time::Duration;

/// What to consume, and what to do with it.
pub trait Consuming: Send + Sync + 'static {
    /// Declares what is needed and says which queue it is.
    fn prepare(
        &self,
        topology: &Topology,
        channel: &Channel,
    ) -> impl Future<Output = lapin::Result<ShortString>> + Send;
    /// Deliveries at once.
    fn at_once(&self) -> u16;
    /// Whether the broker forgets a message as soon as it has sent it.
    fn unacknowledged(&self) -> bool {
        false
    }
    /// Works on one delivery, and acknowledges it or not.
    fn handle(self: std::sync::Arc<Self>, delivery: Delivery) -> impl Future<Output = ()> + Send;
}

/// Consumes until told to stop; what is under way then is finished.
pub async fn consume<C: Consuming>(nodes: Nodes, topology: Topology, stop: Stop, work: std::sync::Arc<C>) {
    let mut wait = Duration::from_millis(100);
    while !stop.is_told() {
        match begun(&nodes, &topology, &*work).await {
            Ok((connection, consumer)) => {
                wait = Duration::from_millis(100);
                deliver(consumer, &stop, &work).await;
                if stop.is_told() {
                    // Acknowledgements of what is under way still go through this connection.
                    stop.idle().await;
                    let _ = connection.close(200, "ends".into()).await;
                    return;
                }
                log::warn("lost the broker", &[]);
                nodes.blame();
            }
            Err(why) => {
                log::warn("cannot consume yet", &[("error", &why)]);
                nodes.blame();
            }
        }
        stop.sleep(wait + Duration::from_millis(fastrand::u64(..100))).await;
        wait = (wait * 2).min(Duration::from_secs(2));
    }
}

async fn begun(
    nodes: &Nodes,
    topology: &Topology,
    work: &impl Consuming,
) -> Result<(Connection, Consumer), String> {
    let connection = nodes.connect("consumer").await?;
    let beginning = async {
        let channel = connection.create_channel().await?;
        let queue = work.prepare(topology, &channel).await?;
        channel.basic_qos(work.at_once(), BasicQosOptions::default()).await?;
        let options = BasicConsumeOptions { no_ack: work.unacknowledged(), ..Default::default() };
        channel.basic_consume(queue, "".into(), options, FieldTable::default()).await
    };
    match tokio::time::timeout(2 * nodes.within, beginning).await {
        Ok(Ok(consumer)) => {
            log::info("consuming", &[("queue", &consumer.queue().as_str())]);
            Ok((connection, consumer))
        }
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("the broker does not answer in time".to_owned()),
    }
}

/// The broker sends no more at once than was agreed, so the tasks are as few.
async fn deliver<C: Consuming>(mut consumer: Consumer, stop: &Stop, work: &std::sync::Arc<C>) {
    loop {
        let delivery = tokio::select! {
            () = stop.told() => return,
            delivery = consumer.next() => delivery,
        };
        match delivery {
            Some(Ok(delivery)) => {
                let (busy, work) = (stop.busy(), work.clone());
                tokio::spawn(async move {
                    work.handle(delivery).await;
                    drop(busy);
                });
            }
            Some(Err(error)) => return log::warn("a delivery failed", &[("error", &error)]),
            None => return,
        }
    }
}
