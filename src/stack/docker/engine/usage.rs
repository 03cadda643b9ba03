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

/// How often a container's limits were reached since it was started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pressure {
    /// Periods in which it wanted processor time, while that is limited.
    pub periods: u64,
    /// Those in which it was held back.
    pub throttled: u64,
    /// How often memory was refused it; `None`: this version of control groups does not count it.
    pub refused: Option<u64>,
    /// The limit of memory that the kernel has in force, in bytes; the machine's size where there is none.
    pub memory_limit: Option<u64>,
}

impl Engine {
    /// How often limits were reached; `None` if the container does not run. Asked of the kernel where that can be, for the
    /// engine may take a second.
    pub async fn pressure(&self, id: &str) -> Result<Option<Pressure>, EngineError> {
        let pid = self.find(id).await?.and_then(|found| found.pid);
        if let Some(pressure) = pid.and_then(|pid| super::cgroup::pressure(pid, id)) {
            return Ok(Some(pressure));
        }
        let options = StatsOptionsBuilder::default().stream(false).one_shot(true).build();
        let mut told = Box::pin(self.docker.stats(id, Some(options)));
        let told = told.try_next().await.map_err(|error| self.error(error))?;
        Ok(told.and_then(pressure))
    }

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

fn pressure(told: ContainerStatsResponse) -> Option<Pressure> {
    let memory = told.memory_stats.filter(|memory| memory.usage.is_some())?;
    // The engine leaves out a count of 0; the first version of control groups is known by this level of its own.
    let counts = memory.stats.as_ref().is_some_and(|stats| stats.contains_key("hierarchical_memory_limit"));
    let throttling = told.cpu_stats.and_then(|cpu| cpu.throttling_data).unwrap_or_default();
    Some(Pressure {
        periods: throttling.periods.unwrap_or_default(),
        throttled: throttling.throttled_periods.unwrap_or_default(),
        refused: memory.failcnt.or(counts.then_some(0)),
        memory_limit: memory.limit,
    })
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
    fn limits_that_were_reached_are_counted_where_the_kernel_does() {
        let told = |level: &str, failcnt| ContainerStatsResponse {
            memory_stats: Some(ContainerMemoryStats {
                usage: Some(100),
                failcnt,
                stats: Some(HashMap::from([(level.to_owned(), 30)])),
                ..ContainerMemoryStats::default()
            }),
            ..ContainerStatsResponse::default()
        };
        let refused = |level, failcnt| pressure(told(level, failcnt)).expect("it runs").refused;
        assert_eq!(refused("hierarchical_memory_limit", Some(7)), Some(7));
        assert_eq!(refused("hierarchical_memory_limit", None), Some(0));
        assert_eq!(refused("anon", None), None);
        assert_eq!(pressure(ContainerStatsResponse::default()), None);
    }

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
