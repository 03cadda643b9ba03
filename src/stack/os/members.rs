//! Who belongs to an instance: its process group, and whoever left the group but carries our marker.

use super::stat::pids;
use super::{Stat, all, ps, stat};
use std::fs;
use std::path::Path;
use std::time::Duration;

/// The environment variable that every child carries: the run's id. It survives a double fork and a new session.
pub const RUN_VARIABLE: &str = "SHAKEDOWN_RUN";
/// The environment variable that says which instance a process belongs to.
pub const INSTANCE_VARIABLE: &str = "SHAKEDOWN_INSTANCE";

/// A line of an environment: `NAME=value`.
pub fn marker(variable: &str, value: &str) -> String {
    format!("{variable}={value}")
}

/// The living processes of a group.
pub fn group_members(group: u32) -> Vec<Stat> {
    all().into_iter().filter(|stat| stat.group == group && !stat.is_dead()).collect()
}

/// The living processes, apart from ourselves, whose environment holds every one of these markers. Reads the
/// environment of each process that we may read.
pub fn marked(markers: &[String]) -> Vec<Stat> {
    let own = std::process::id();
    pids()
        .filter(|pid| *pid != own && carries(*pid, markers))
        .filter_map(stat)
        .filter(|stat| !stat.is_dead())
        .collect()
}

fn carries(pid: u32, markers: &[String]) -> bool {
    let Some(environment) = environment(pid) else { return false };
    markers.iter().all(|marker| environment.split(|byte| *byte == 0).any(|line| line == marker.as_bytes()))
}

/// The environment with which the process was started, if we may read it. One that is just being executed has none for a
/// moment: it is waited for, or it would slip through.
fn environment(pid: u32) -> Option<Vec<u8>> {
    const LOOKS: u32 = 200;
    for _ in 0..LOOKS {
        let environment = fs::read(format!("/proc/{pid}/environ")).ok()?;
        let settling = || stat(pid).is_some_and(|stat| stat.settling && !stat.is_dead());
        if !environment.is_empty() || !settling() {
            return Some(environment);
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    None
}

/// Whether every thread of the process stands still. A process that is gone does not.
pub fn is_frozen(pid: u32) -> bool {
    if !Path::new("/proc/self/stat").exists() {
        return ps::column(pid, "state").is_some_and(|state| state.starts_with('T'));
    }
    let Ok(tasks) = fs::read_dir(format!("/proc/{pid}/task")) else { return false };
    let mut states = tasks
        .flatten()
        .filter_map(|task| super::stat::parse(&fs::read_to_string(task.path().join("stat")).ok()?))
        .filter(|thread| !thread.is_dead())
        .peekable();
    states.peek().is_some() && states.all(|thread| thread.is_stopped())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};

    #[test]
    fn a_marker_is_a_whole_line_of_the_environment() {
        let run = format!("members-{}", std::process::id());
        let mut child = Command::new("sleep")
            .arg("60")
            .env(RUN_VARIABLE, &run)
            .env(INSTANCE_VARIABLE, "node-1")
            .stdin(Stdio::null())
            .spawn()
            .expect("sleep");
        let found = |run: &str, instance: &str| {
            marked(&[marker(RUN_VARIABLE, run), marker(INSTANCE_VARIABLE, instance)])
                .iter()
                .map(|stat| stat.pid)
                .collect::<Vec<_>>()
        };
        let right = found(&run, "node-1");
        let other_instance = found(&run, "node-2");
        let beginning = found(&run[..run.len() - 1], "node-1");
        child.kill().expect("kill");
        let ended = found(&run, "node-1");
        child.wait().expect("wait");
        assert_eq!(right, [child.id()]);
        assert_eq!(other_instance, [] as [u32; 0]);
        assert_eq!(beginning, [] as [u32; 0], "a marker is not a prefix");
        assert!(ended.is_empty() || ended == [child.id()], "{ended:?}");
        assert!(found(&run, "node-1").is_empty());
    }

    #[test]
    fn what_runs_is_not_frozen_and_nobody_is_not_either() {
        assert!(!is_frozen(std::process::id()));
        assert!(!is_frozen(u32::MAX));
    }
}
