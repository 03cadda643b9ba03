//! The counters of a container's control group, read from the kernel where the engine is on this machine. The engine tells most of
//! them too, but takes up to a second for it.

use super::Pressure;
use std::fs;
use std::path::{Path, PathBuf};

/// Where control groups are mounted.
const MOUNTED: &str = "/sys/fs/cgroup";

/// The counters of the container of this id, whose first process is this one. `None`: it is not on this machine, or its groups
/// cannot be read.
pub(super) fn pressure(pid: u32, id: &str) -> Option<Pressure> {
    let groups = fs::read_to_string(format!("/proc/{pid}/cgroup")).ok()?;
    let machine = total(&fs::read_to_string("/proc/meminfo").ok()?)?;
    read(Path::new(MOUNTED), &groups, id, machine)
}

fn read(mounted: &Path, groups: &str, id: &str, machine: u64) -> Option<Pressure> {
    let text = |path: &Path, file: &str| fs::read_to_string(path.join(file)).ok();
    let (cpu, memory) = (folder(mounted, groups, id, "cpu")?, folder(mounted, groups, id, "memory")?);
    let stat = text(&cpu, "cpu.stat")?;
    let refused = match text(&memory, "memory.events") {
        Some(events) => value(&events, "max"),
        None => text(&memory, "memory.failcnt")?.trim().parse().ok(),
    };
    let limit = text(&memory, "memory.max").or_else(|| text(&memory, "memory.limit_in_bytes"))?;
    Some(Pressure {
        periods: value(&stat, "nr_periods")?,
        throttled: value(&stat, "nr_throttled")?,
        refused: Some(refused?),
        // No limit is a word, or a number that no machine has.
        memory_limit: Some(limit.trim().parse().unwrap_or(u64::MAX).min(machine)),
    })
}

/// The folder of a controller: `4:cpu,cpuacct:/docker/<id>` in the first version, `0::/system.slice/docker-<id>.scope` in the
/// second. A path without the container's id belongs to another process of this number.
fn folder(mounted: &Path, groups: &str, id: &str, controller: &str) -> Option<PathBuf> {
    let lines = groups.lines().filter_map(|line| {
        let (_, rest) = line.split_once(':')?;
        rest.split_once(':')
    });
    let mut found = None;
    for (controllers, path) in lines.filter(|(_, path)| path.contains(id)) {
        let path = path.trim_start_matches('/');
        if controllers.split(',').any(|one| one == controller) {
            return Some(mounted.join(controllers).join(path));
        }
        if controllers.is_empty() {
            found = Some(mounted.join(path));
        }
    }
    found
}

/// The value after a name at the beginning of a line.
fn value(text: &str, name: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.trim().parse().ok())
}

/// `MemTotal` in bytes.
fn total(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(root: &Path, files: &[(&str, &str)]) {
        for (name, text) in files {
            let path = root.join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, text).expect("written");
        }
    }

    #[test]
    fn both_versions_are_read() {
        let root = tempfile::tempdir().expect("a folder");
        let first = "5:cpu,cpuacct:/docker/abc\n4:memory:/docker/abc\n";
        files(
            root.path(),
            &[
                ("cpu,cpuacct/docker/abc/cpu.stat", "nr_periods 9\nnr_throttled 4\nthrottled_time 1\n"),
                ("memory/docker/abc/memory.failcnt", "3\n"),
                ("memory/docker/abc/memory.limit_in_bytes", "9223372036854771712\n"),
            ],
        );
        let expected = Pressure { periods: 9, throttled: 4, refused: Some(3), memory_limit: Some(1 << 30) };
        assert_eq!(read(root.path(), first, "abc", 1 << 30), Some(expected));
        assert_eq!(
            read(root.path(), first, "other", 1 << 30),
            None,
            "the number is another process's by now"
        );

        let second = "0::/system.slice/docker-abc.scope\n";
        files(
            root.path(),
            &[
                ("system.slice/docker-abc.scope/cpu.stat", "usage_usec 1\nnr_periods 2\nnr_throttled 1\n"),
                ("system.slice/docker-abc.scope/memory.events", "low 0\nhigh 0\nmax 7\noom 1\n"),
                ("system.slice/docker-abc.scope/memory.max", "1048576\n"),
            ],
        );
        let expected = Pressure { periods: 2, throttled: 1, refused: Some(7), memory_limit: Some(1 << 20) };
        assert_eq!(read(root.path(), second, "abc", 1 << 30), Some(expected));
        assert_eq!(read(root.path(), "0::/\n", "abc", 1 << 30), None);
        assert_eq!(total("MemTotal:       16 kB\nMemFree: 1 kB\n"), Some(16 << 10));
    }
}
