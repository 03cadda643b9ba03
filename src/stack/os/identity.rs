//! Who a process is. A pid is used again sooner or later; a pid with its start time is not.

use super::{ps, stat};
use std::fs;
use std::path::Path;

/// When the process started, in the kernel's own count (field 22 of `/proc/PID/stat`; without `/proc` a number made from
/// what `ps` says). `None` if there is no such process.
pub fn start_time(pid: u32) -> Option<u64> {
    if Path::new("/proc/self/stat").exists() {
        return stat(pid).map(|stat| stat.start_time);
    }
    ps::column(pid, "lstart").map(|text| fingerprint(&text))
}

/// Whether the process of this pid is the one that started then, and has not ended. An unknown start time (0) is nobody's.
pub fn same_process(pid: u32, start: u64) -> bool {
    start != 0 && start_time(pid) == Some(start) && !stat(pid).is_some_and(|stat| stat.is_dead())
}

/// What names this boot of the machine: start times count from it. Empty where the system does not tell.
pub fn boot_id() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id").map(|id| id.trim().to_owned()).unwrap_or_default()
}

/// FNV-1a, 64 bits; never 0, which stands for "unknown".
fn fingerprint(text: &str) -> u64 {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    hash.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reused_pid_is_another_process() {
        let pid = std::process::id();
        let start = start_time(pid).expect("we run");
        assert!(same_process(pid, start));
        assert!(!same_process(pid, start + 1), "the same pid, another start");
        assert!(!same_process(pid, 0), "an unknown start is never a match");
        assert!(!same_process(u32::MAX, start));
    }

    #[test]
    fn fingerprints_tell_starts_apart() {
        assert_ne!(fingerprint("Sat Nov 21 01:32:00 2026"), fingerprint("Sat Nov 21 01:32:01 2026"));
    }
}
