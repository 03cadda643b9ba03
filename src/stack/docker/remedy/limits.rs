//! Old limits of processor and memory are set again.
//!
//! The engine takes 0 for "leave it as it is": a limit cannot be taken away, only set to what means none. For processors
//! that is a quota of −1, for memory the size of the machine.
//!
//! Processors and memory are set by a request each: where one is refused the other is put back all the same. In the first version
//! of control groups the kernel refuses a memory limit above the limit of memory and swap together, and some versions of
//! runc raise the two in the wrong order when swap is to be unlimited: then both are raised to the machine's size first.

use super::Done;
use crate::stack::docker::engine::{Engine, EngineError, Trouble};
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
    /// The limit of memory that the kernel has in force, in bytes; absent: the container did not run, or the journal is of
    /// an older version.
    #[serde(default)]
    pub kernel_memory: Option<u64>,
}

impl Limits {
    /// Those of this container.
    pub async fn of(engine: &Engine, id: &str) -> Result<Limits, EngineError> {
        let set = Limits::from(engine.inspect_whole(id).await?.host_config.unwrap_or_default());
        // The engine's own settings are what was ordered last; while a change is under way, or after one that failed, the
        // kernel may have another limit in force.
        let pressure = engine.pressure(id).await?;
        Ok(Limits { kernel_memory: pressure.and_then(|pressure| pressure.memory_limit), ..set })
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

    /// The change that brings the limit of processors back.
    fn cpus_back(&self) -> ContainerUpdateBody {
        if self.nano_cpus != 0 {
            return ContainerUpdateBody { nano_cpus: Some(self.nano_cpus), ..ContainerUpdateBody::default() };
        }
        let quota = if self.cpu_quota == 0 { -1 } else { self.cpu_quota };
        let cpu_period = Some(if self.cpu_period > 0 { self.cpu_period } else { PERIOD });
        ContainerUpdateBody { cpu_quota: Some(quota), cpu_period, ..ContainerUpdateBody::default() }
    }

    /// The change that brings the limit of memory back.
    fn memory_back(&self, machine: i64) -> ContainerUpdateBody {
        let swap = if self.memory_swap == 0 { -1 } else { self.memory_swap };
        memory_of(self.memory_limit(machine).unwrap_or(machine), swap)
    }

    /// The limit of memory in bytes. One that is not below the machine's size is none: that is what a heal leaves.
    fn memory_limit(&self, machine: i64) -> Option<i64> {
        Some(self.memory).filter(|memory| *memory != 0 && *memory < machine)
    }

    fn same_cpus(&self, other: &Limits) -> bool {
        let cores = |limits: &Limits| match (limits.nano_cpus, limits.cpu_quota, limits.cpu_period) {
            (0, quota, _) if quota <= 0 => None,
            (0, quota, period) => Some(quota as f64 / if period > 0 { period } else { PERIOD } as f64),
            (nano, _, _) => Some(nano as f64 / 1e9),
        };
        cores(self) == cores(other)
    }

    /// Whether this memory is in force where that of `other` is wanted; a limit that means none is none.
    fn same_memory(&self, other: &Limits, machine: i64) -> bool {
        let memory = |limits: &Limits| limits.memory_limit(machine);
        let limited = memory(other).is_some();
        let in_force = match (self.kernel_memory, other.kernel_memory) {
            (Some(now), Some(wanted)) => now == wanted || now > wanted && !limited,
            _ => true,
        };
        let swap = !limited || other.memory_swap == 0 || self.memory_swap == other.memory_swap;
        memory(self) == memory(other) && swap && in_force
    }

    /// Whether these are in force where `other` is wanted.
    fn same_as(&self, other: &Limits, machine: i64) -> bool {
        self.same_cpus(other) && self.same_memory(other, machine)
    }
}

fn memory_of(memory: i64, swap: i64) -> ContainerUpdateBody {
    ContainerUpdateBody { memory: Some(memory), memory_swap: Some(swap), ..ContainerUpdateBody::default() }
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
            kernel_memory: None,
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
        let (machine, now) = (machine(engine).await?, Limits::of(engine, &self.id).await?);
        let cpus = match now.same_cpus(&self.old) {
            true => Ok(()),
            false => engine.update(&self.id, self.old.cpus_back()).await,
        };
        let memory = match now.same_memory(&self.old, machine) {
            true => Ok(()),
            false => self.memory_back(engine, machine).await,
        };
        both(cpus, memory)?;
        let found = engine.inspect(&self.id).await?;
        if found.oom_killed && !found.alive() {
            engine.start(&self.id).await?;
            return Ok(Some(format!("gave {} its old limits, and started it", self.name)));
        }
        Ok(Some(format!("gave {} its old limits", self.name)))
    }
}

impl RestoreLimits {
    /// Where there was a limit, it is set; where there was none, the machine's size without a limit of swap. Where that is
    /// refused: the machine's size for both, which no kernel refuses, and then swap without a limit, where that is taken.
    async fn memory_back(&self, engine: &Engine, machine: i64) -> Result<(), EngineError> {
        match engine.update(&self.id, self.old.memory_back(machine)).await {
            Err(error) if error.trouble == Trouble::Refused && self.old.memory_limit(machine).is_none() => {
                engine.update(&self.id, memory_of(machine, machine)).await?;
                // A refusal leaves a limit that nothing on this machine can reach.
                let _ = engine.update(&self.id, memory_of(machine, -1)).await;
                Ok(())
            }
            done => done,
        }
    }
}

/// The errors of two requests that do not depend on each other.
fn both(one: Result<(), EngineError>, other: Result<(), EngineError>) -> Result<(), EngineError> {
    match (one, other) {
        (Err(one), Err(other)) => Err(EngineError::new(other.trouble, format!("{one}; {other}"))),
        (one, other) => one.and(other),
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
        let (cpus, memory) = (Limits::default().cpus_back(), Limits::default().memory_back(MACHINE));
        assert_eq!((cpus.cpu_quota, memory.memory, memory.memory_swap), (Some(-1), Some(MACHINE), Some(-1)));
        let after = Limits {
            cpu_quota: -1,
            cpu_period: PERIOD,
            memory: MACHINE,
            memory_swap: -1,
            ..Limits::default()
        };
        assert!(after.same_as(&Limits::default(), MACHINE));
        let both = Limits { memory_swap: MACHINE, ..after };
        assert!(both.same_as(&Limits::default(), MACHINE), "what a kernel takes that refuses the other");
    }

    #[test]
    fn a_limit_that_was_there_comes_back_in_its_own_terms() {
        let old = Limits { nano_cpus: 1_500_000_000, memory: 1000, memory_swap: 2000, ..Limits::default() };
        let (cpus, memory) = (old.cpus_back(), old.memory_back(MACHINE));
        assert_eq!((cpus.nano_cpus, cpus.cpu_quota), (Some(1_500_000_000), None));
        assert_eq!((memory.memory, memory.memory_swap), (Some(1000), Some(2000)));
        let healed = Limits { memory: MACHINE, memory_swap: -1, ..Limits::default() };
        assert_eq!(healed.memory_limit(MACHINE), None, "what an earlier heal left is no limit");
        assert_eq!(old.fewer_cpus(0.5).nano_cpus, Some(500_000_000));
        assert_eq!(Limits::default().fewer_cpus(0.5).cpu_quota, Some(50_000));
    }

    #[test]
    fn limits_that_differ_are_seen() {
        let limited = Limits { cpu_quota: 50_000, cpu_period: PERIOD, ..Limits::default() };
        assert!(!limited.same_as(&Limits::default(), MACHINE));
        assert!(limited.same_as(&Limits { nano_cpus: 500_000_000, ..Limits::default() }, MACHINE));
        assert!(!Limits { memory: 1000, ..Limits::default() }.same_as(&Limits::default(), MACHINE));
        let old = Limits { memory: 1000, memory_swap: 2000, ..Limits::default() };
        assert!(!Limits { memory: 1000, memory_swap: 1000, ..Limits::default() }.same_as(&old, MACHINE));
        assert!(old.same_as(&old, MACHINE));
    }

    #[test]
    fn what_the_kernel_has_in_force_decides() {
        let kernel = |kernel_memory| Limits { kernel_memory, ..Limits::default() };
        let machine = Some(MACHINE as u64);
        assert!(!kernel(Some(1 << 25)).same_as(&kernel(machine), MACHINE), "ordered, and not in force");
        assert!(kernel(machine).same_as(&kernel(machine), MACHINE));
        assert!(kernel(None).same_as(&kernel(machine), MACHINE), "one that does not run has none");
        let limited = |kernel_memory| Limits { memory: 1 << 20, kernel_memory, ..Limits::default() };
        assert!(!limited(Some(1 << 21)).same_as(&limited(Some(1 << 20)), MACHINE));
    }
}
