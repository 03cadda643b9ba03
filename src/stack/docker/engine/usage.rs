//! What a container uses, at one moment.

use super::{Engine, EngineError};
use bollard::models::{ContainerMemoryStats, ContainerStatsResponse};
use bollard::query_parameters::StatsOptionsBuilder;
use futures_util::TryStreamExt;

/// Counters and levels of one container.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Processor time since it was started, in nanoseconds.
    pub cpu: u64,
    /// Memory in bytes, without the part of the page cache that can be dropped at once; `None` while it does not run.
    pub memory: Option<u64>,
    /// Bytes received since it was started.
    pub received: u64,
    /// Bytes sent since it was started.
    pub sent: u64,
}

impl Engine {
    /// One reading; `None` if the container does not run.
    pub async fn usage(&self, id: &str) -> Result<Option<Usage>, EngineError> {
        let options = StatsOptionsBuilder::default().stream(false).one_shot(true).build();
        let mut told = Box::pin(self.docker.stats(id, Some(options)));
        let told = told.try_next().await.map_err(|error| self.error(error))?;
        Ok(told.map(usage).filter(|usage| usage.memory.is_some()))
    }
}

fn usage(told: ContainerStatsResponse) -> Usage {
    let cpu = told.cpu_stats.and_then(|cpu| cpu.cpu_usage).and_then(|cpu| cpu.total_usage);
    let networks = told.networks.unwrap_or_default();
    Usage {
        cpu: cpu.unwrap_or_default(),
        memory: told.memory_stats.and_then(memory),
        received: networks.values().filter_map(|network| network.rx_bytes).sum(),
        sent: networks.values().filter_map(|network| network.tx_bytes).sum(),
    }
}

/// As `docker stats` counts it: the inactive part of the page cache is not the container's need.
fn memory(told: ContainerMemoryStats) -> Option<u64> {
    let details = told.stats.unwrap_or_default();
    let droppable = details.get("total_inactive_file").or_else(|| details.get("inactive_file"));
    told.usage.map(|usage| usage.saturating_sub(droppable.copied().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn the_cache_that_can_be_dropped_is_not_counted() {
        let stats = |name: &str| Some(HashMap::from([(name.to_owned(), 30)]));
        let told =
            |stats| ContainerMemoryStats { usage: Some(100), stats, ..ContainerMemoryStats::default() };
        assert_eq!(memory(told(stats("total_inactive_file"))), Some(70));
        assert_eq!(memory(told(stats("inactive_file"))), Some(70));
        assert_eq!(memory(told(None)), Some(100));
        assert_eq!(memory(ContainerMemoryStats::default()), None);
    }
}
