//! Old limits of processor and memory are set again.
//!
//! The engine takes 0 for "leave it as it is": a limit cannot be taken away, only set to what means none. For processors
//! that is a quota of −1, for memory the size of the machine.

use super::Done;
use crate::stack::docker::engine::{Engine, EngineError};
use bollard::models::{ContainerUpdateBody, HostConfig};
use serde::{Deserialize, Serialize};

/// The engine's own settings; 0: not set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Billionths of a processor.
    pub nano_cpus: i64,
    /// Microseconds of processor time in each period; −1: no limit.
    pub cpu_quota: i64,
    /// The period in microseconds.
    pub cpu_period: i64,
    /// Bytes.
    pub memory: i64,
    /// Bytes of memory and swap together; −1: no limit.
    pub memory_swap: i64,
}

impl Limits {
    /// Those of this container.
    pub async fn of(engine: &Engine, id: &str) -> Result<Limits, EngineError> {
        Ok(Limits::from(engine.inspect_whole(id).await?.host_config.unwrap_or_default()))
    }

    /// The change that limits processors to so many cores, in the terms in which they are limited already.
    pub fn fewer_cpus(&self, cores: f64) -> ContainerUpdateBody {
        if self.nano_cpus != 0 {
            let nano_cpus = Some((cores * 1e9).round() as i64);
            return ContainerUpdateBody { nano_cpus, ..ContainerUpdateBody::default() };
        }
        let period = if self.cpu_period > 0 { self.cpu_period } else { PERIOD };
        let cpu_quota = Some((cores * period as f64).round() as i64);
        ContainerUpdateBody { cpu_period: Some(period), cpu_quota, ..ContainerUpdateBody::default() }
    }

    /// The change that limits memory to so many bytes, swap included.
    pub fn less_memory(bytes: i64) -> ContainerUpdateBody {
        let memory = Some(bytes);
        ContainerUpdateBody { memory, memory_swap: memory, ..ContainerUpdateBody::default() }
    }

    /// The change that brings these limits back.
    fn back(&self, machine: i64) -> ContainerUpdateBody {
        let cpus = if self.nano_cpus != 0 {
            ContainerUpdateBody { nano_cpus: Some(self.nano_cpus), ..ContainerUpdateBody::default() }
        } else {
            let quota = if self.cpu_quota == 0 { -1 } else { self.cpu_quota };
            let cpu_period = Some(if self.cpu_period > 0 { self.cpu_period } else { PERIOD });
            ContainerUpdateBody { cpu_quota: Some(quota), cpu_period, ..ContainerUpdateBody::default() }
        };
        let memory_swap = Some(if self.memory_swap == 0 { -1 } else { self.memory_swap });
        let memory = Some(if self.memory == 0 { machine } else { self.memory });
        ContainerUpdateBody { memory, memory_swap, ..cpus }
    }

    /// Whether these are in force where `other` is wanted; a limit that means none is none.
    fn same_as(&self, other: &Limits, machine: i64) -> bool {
        let cores = |limits: &Limits| match (limits.nano_cpus, limits.cpu_quota, limits.cpu_period) {
            (0, quota, _) if quota <= 0 => None,
            (0, quota, period) => Some(quota as f64 / if period > 0 { period } else { PERIOD } as f64),
            (nano, _, _) => Some(nano as f64 / 1e9),
        };
        let memory = |limits: &Limits| Some(limits.memory).filter(|memory| *memory != 0 && *memory < machine);
        cores(self) == cores(other) && memory(self) == memory(other)
    }
}

/// The kernel's own period, in microseconds.
const PERIOD: i64 = 100_000;

impl From<HostConfig> for Limits {
    fn from(host: HostConfig) -> Limits {
        Limits {
            nano_cpus: host.nano_cpus.unwrap_or_default(),
            cpu_quota: host.cpu_quota.unwrap_or_default(),
            cpu_period: host.cpu_period.unwrap_or_default(),
            memory: host.memory.unwrap_or_default(),
            memory_swap: host.memory_swap.unwrap_or_default(),
        }
    }
}

/// A container that is to have its old limits, and to run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestoreLimits {
    /// Its id.
    pub id: String,
    /// Its name, for messages.
    pub name: String,
    /// Its old limits.
    pub old: Limits,
}

impl RestoreLimits {
    pub(super) async fn wrong(&self, engine: &Engine) -> Done {
        let Some(found) = engine.find(&self.id).await? else { return Ok(None) };
        let machine = machine(engine).await?;
        if !Limits::of(engine, &self.id).await?.same_as(&self.old, machine) {
            return Ok(Some(format!("{} is limited", self.name)));
        }
        Ok((found.oom_killed && !found.alive())
            .then(|| format!("{} was ended for want of memory", self.name)))
    }

    pub(super) async fn carry_out(&self, engine: &Engine) -> Done {
        if self.wrong(engine).await?.is_none() {
            return Ok(None);
        }
        engine.update(&self.id, self.old.back(machine(engine).await?)).await?;
        let found = engine.inspect(&self.id).await?;
        if found.oom_killed && !found.alive() {
            engine.start(&self.id).await?;
            return Ok(Some(format!("gave {} its old limits, and started it", self.name)));
        }
        Ok(Some(format!("gave {} its old limits", self.name)))
    }
}

async fn machine(engine: &Engine) -> Result<i64, EngineError> {
    Ok(i64::try_from(engine.memory_of_machine().await?).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MACHINE: i64 = 1 << 34;

    #[test]
    fn a_limit_that_was_not_there_becomes_one_that_means_none() {
        let back = Limits::default().back(MACHINE);
        assert_eq!((back.cpu_quota, back.memory, back.memory_swap), (Some(-1), Some(MACHINE), Some(-1)));
        let after =
            Limits { cpu_quota: -1, cpu_period: PERIOD, memory: MACHINE, memory_swap: -1, nano_cpus: 0 };
        assert!(after.same_as(&Limits::default(), MACHINE));
    }

    #[test]
    fn a_limit_that_was_there_comes_back_in_its_own_terms() {
        let old = Limits { nano_cpus: 1_500_000_000, memory: 1000, memory_swap: 2000, ..Limits::default() };
        let back = old.back(MACHINE);
        assert_eq!((back.nano_cpus, back.cpu_quota), (Some(1_500_000_000), None));
        assert_eq!((back.memory, back.memory_swap), (Some(1000), Some(2000)));
        assert_eq!(old.fewer_cpus(0.5).nano_cpus, Some(500_000_000));
        assert_eq!(Limits::default().fewer_cpus(0.5).cpu_quota, Some(50_000));
    }

    #[test]
    fn limits_that_differ_are_seen() {
        let limited = Limits { cpu_quota: 50_000, cpu_period: PERIOD, ..Limits::default() };
        assert!(!limited.same_as(&Limits::default(), MACHINE));
        assert!(limited.same_as(&Limits { nano_cpus: 500_000_000, ..Limits::default() }, MACHINE));
        assert!(!Limits { memory: 1000, ..Limits::default() }.same_as(&Limits::default(), MACHINE));
    }
}
