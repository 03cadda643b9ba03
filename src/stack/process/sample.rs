//! Once a second: how much processor and memory each instance uses.

use super::Inner;
use crate::event::{Nanos, Sample};
use crate::stack::os::{self, Stat};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};

const EVERY: Duration = Duration::from_secs(1);

/// The processes of one instance at one time, by pid and start time.
type Processes = BTreeMap<(u32, u64), Stat>;
/// What was seen last, by instance.
type Seen = BTreeMap<String, (Nanos, Processes)>;

/// Samples until the stack is gone or the task is ended.
pub(super) async fn run(inner: Weak<Inner>) {
    let mut ticks = interval(EVERY);
    // After a stall there is nothing to catch up with: a sample is of now.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut seen = Seen::new();
    loop {
        ticks.tick().await;
        let Some(inner) = inner.upgrade() else { return };
        let Ok(next) = tokio::task::spawn_blocking(move || take(&inner, &seen)).await else { return };
        seen = next;
    }
}

fn take(inner: &Arc<Inner>, seen: &Seen) -> Seen {
    let all = os::all();
    let mut next = Seen::new();
    for slot in &inner.slots {
        let name = slot.name();
        let life = slot.life();
        let now = inner.context.clock.now();
        let put = |what: &str, value: f64| {
            inner.context.samples.sample(Sample {
                time: now,
                name: what.to_owned(),
                instance: Some(name.clone()),
                value: Some(value),
            });
        };
        put("alive", if life.is_some() { 1.0 } else { 0.0 });
        let Some(life) = life else { continue };
        let processes = family(&all, life.child.pid);
        if processes.is_empty() {
            continue;
        }
        let pages: u64 = processes.values().map(|process| process.resident).sum();
        put("memory", (pages * rustix::param::page_size() as u64) as f64);
        if let Some((then, before)) = seen.get(&name) {
            let ticks = ticks_between(before, &processes) as f64;
            let seconds = (now - *then).as_secs_f64();
            if seconds > 0.0 {
                put("cpu", ticks / rustix::param::clock_ticks_per_second() as f64 / seconds);
            }
        }
        next.insert(name, (now, processes));
    }
    next
}

/// The leader, its group, and the descendants of all of them.
fn family(all: &[Stat], leader: u32) -> Processes {
    let mut pids: BTreeSet<u32> = BTreeSet::new();
    loop {
        let before = pids.len();
        pids.extend(
            all.iter()
                .filter(|stat| stat.pid == leader || stat.group == leader || pids.contains(&stat.parent))
                .map(|stat| stat.pid)
                .collect::<Vec<_>>(),
        );
        if pids.len() == before {
            break;
        }
    }
    let living = all.iter().filter(|stat| pids.contains(&stat.pid) && !stat.is_dead());
    living.map(|stat| ((stat.pid, stat.start_time), *stat)).collect()
}

/// Processor time used between two readings. One that is new was born in between; the last moments of one that ended are
/// not seen.
fn ticks_between(before: &Processes, now: &Processes) -> u64 {
    now.iter()
        .map(|(key, stat)| stat.ticks.saturating_sub(before.get(key).map_or(0, |earlier| earlier.ticks)))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process(pid: u32, parent: u32, group: u32, ticks: u64) -> Stat {
        Stat {
            pid,
            state: 'S',
            parent,
            group,
            ticks,
            start_time: u64::from(pid),
            resident: 1,
            settling: false,
        }
    }

    #[test]
    fn a_family_is_the_group_and_all_descendants() {
        let all = [
            process(9, 8, 9, 0),
            process(8, 7, 8, 0),
            process(5, 1, 5, 0),
            process(6, 1, 5, 0),
            process(7, 6, 7, 0),
            process(4, 1, 4, 0),
        ];
        let pids: Vec<u32> = family(&all, 5).keys().map(|(pid, _)| *pid).collect();
        assert_eq!(pids, [5, 6, 7, 8, 9]);
    }

    #[test]
    fn only_what_was_used_in_between_counts() {
        let of = |list: &[Stat]| list.iter().map(|stat| ((stat.pid, stat.start_time), *stat)).collect();
        let before: Processes = of(&[process(5, 1, 5, 100), process(6, 5, 5, 70)]);
        let now: Processes = of(&[process(5, 1, 5, 130), process(7, 5, 5, 4)]);
        assert_eq!(ticks_between(&before, &now), 34);
    }
}
