//! Once a second: how much processor, memory and network each container uses.

use super::Inner;
use super::inventory::Known;
use crate::event::{Nanos, Sample};
use crate::stack::docker::engine::Usage;
use futures_util::{StreamExt, stream};
use std::collections::BTreeMap;
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval, timeout};

const EVERY: Duration = Duration::from_secs(1);
/// How many containers are asked for at the same time.
const AT_ONCE: usize = 6;
/// How long one reading may take.
const WITHIN: Duration = Duration::from_millis(900);

/// What was read last, by instance; a container that was started anew counts from 0.
type Seen = BTreeMap<String, (Nanos, String, Usage)>;

/// Samples until the stack is gone or the task is ended.
pub(super) async fn run(inner: Weak<Inner>) {
    let mut ticks = interval(EVERY);
    // After a stall there is nothing to catch up with: a sample is of now.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut seen = Seen::new();
    loop {
        ticks.tick().await;
        let Some(inner) = inner.upgrade() else { return };
        seen = take(&inner, &seen).await;
    }
}

async fn take(inner: &Arc<Inner>, seen: &Seen) -> Seen {
    let readings = stream::iter(inner.inventory.all()).map(|known| async move {
        let usage = if known.alive() { read(inner, &known).await } else { None };
        (inner.context.clock.now(), known, usage)
    });
    let readings: Vec<_> = readings.buffer_unordered(AT_ONCE).collect().await;
    let mut next = Seen::new();
    for (now, known, usage) in readings {
        let put = |what: &str, value: Option<f64>| {
            inner.context.samples.sample(Sample {
                time: now,
                name: what.to_owned(),
                instance: Some(known.name.clone()),
                value,
            });
        };
        put("alive", Some(if known.alive() { 1.0 } else { 0.0 }));
        let Some(usage) = usage else {
            // A failed reading is recorded as such: the report shows the gap.
            if known.alive() {
                put("memory", None);
                put("cpu", None);
            }
            continue;
        };
        put("memory", usage.memory.map(|bytes| bytes as f64));
        let life = format!("{} {}", known.container.id, known.container.started_at);
        if let Some((then, _, before)) = seen.get(&known.name).filter(|(_, before, _)| *before == life) {
            for (what, rate) in rates(before, &usage, (now - *then).as_secs_f64()) {
                put(what, Some(rate));
            }
        }
        next.insert(known.name, (now, life, usage));
    }
    next
}

/// `None`: it could not be read in time. Rates of the next reading count from the last one that could.
async fn read(inner: &Inner, known: &Known) -> Option<Usage> {
    timeout(WITHIN, inner.engine.usage(&known.container.id)).await.ok()?.ok()?
}

/// Cores, and bytes per second in and out.
fn rates(before: &Usage, now: &Usage, seconds: f64) -> Vec<(&'static str, f64)> {
    if seconds <= 0.0 {
        return Vec::new();
    }
    let rate = |then: u64, now: u64| now.saturating_sub(then) as f64 / seconds;
    vec![
        ("cpu", rate(before.cpu, now.cpu) / 1e9),
        ("network_in", rate(before.received, now.received)),
        ("network_out", rate(before.sent, now.sent)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_become_rates() {
        let before = Usage { cpu: 1_000_000_000, memory: Some(1), received: 1_000, sent: 500 };
        let now = Usage { cpu: 2_000_000_000, memory: Some(1), received: 3_000, sent: 400 };
        let rates = rates(&before, &now, 2.0);
        assert_eq!(rates, [("cpu", 0.5), ("network_in", 1_000.0), ("network_out", 0.0)]);
        assert!(super::rates(&before, &now, 0.0).is_empty());
    }
}
