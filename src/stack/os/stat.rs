//! `/proc/PID/stat`: state, kinship, group, times and memory of a process.

use std::fs;

/// One reading of a process, as proc(5) describes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// The process id.
    pub pid: u32,
    /// The state's letter: `R`, `S`, `D`, `T` (stopped), `t` (traced), `Z` (ended, not yet reaped), `X`.
    pub state: char,
    /// The parent.
    pub parent: u32,
    /// The process group.
    pub group: u32,
    /// Processor time used so far, user and system, in clock ticks.
    pub ticks: u64,
    /// When it started, in clock ticks since the machine did.
    pub start_time: u64,
    /// Resident memory in pages.
    pub resident: u64,
    /// Whether it is in the middle of exec(2): a process of a user that has no environment yet, not even an empty one.
    /// Also true of processes into which we may not look.
    pub settling: bool,
}

impl Stat {
    /// Whether it has ended and only waits to be reaped.
    pub fn is_dead(&self) -> bool {
        matches!(self.state, 'Z' | 'X' | 'x')
    }

    /// Whether it stands still.
    pub fn is_stopped(&self) -> bool {
        matches!(self.state, 'T' | 't')
    }
}

/// The reading of one process; `None` if there is no such process, or no `/proc`.
pub fn stat(pid: u32) -> Option<Stat> {
    parse(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// The readings of all processes.
pub fn all() -> Vec<Stat> {
    pids().filter_map(stat).collect()
}

/// The ids of all processes that `/proc` shows.
pub(super) fn pids() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten();
    entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// `PF_KTHREAD` of the kernel's `sched.h`: its own threads never have an environment.
const KERNEL_THREAD: u64 = 0x0020_0000;

/// The command's name stands in brackets and may itself hold brackets and spaces: fields count from the last bracket.
pub(super) fn parse(text: &str) -> Option<Stat> {
    let pid = text.split_once(' ')?.0.parse().ok()?;
    let fields: Vec<&str> = text.get(text.rfind(')')? + 1..)?.split_ascii_whitespace().collect();
    let number = |place: usize| fields.get(place)?.parse::<u64>().ok();
    Some(Stat {
        pid,
        state: fields.first()?.chars().next()?,
        parent: u32::try_from(number(1)?).ok()?,
        group: u32::try_from(number(2)?).ok()?,
        ticks: number(11)? + number(12)?,
        start_time: number(19)?,
        resident: number(21)?,
        // Older kernels do not tell where the environment ends; then it is taken to be there.
        settling: number(48) == Some(0) && number(6)? & KERNEL_THREAD == 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_and_spaces_does_not_shift_the_fields() {
        let text = "42 (a) b (c) T 7 40 30 0 -1 4194560 1 0 0 0 250 50 9 9 20 0 1 0 12345 1000000 77 18446744073709551615 1";
        let stat = parse(text).expect("a line of stat");
        assert_eq!(
            stat,
            Stat {
                pid: 42,
                state: 'T',
                parent: 7,
                group: 40,
                ticks: 300,
                start_time: 12345,
                resident: 77,
                settling: false
            }
        );
        assert!(stat.is_stopped() && !stat.is_dead());
    }

    #[test]
    fn a_process_without_an_environment_is_settling_and_a_kernel_thread_is_not() {
        let line = |flags: u64, end: u64| {
            let zeros = "0 ".repeat(41);
            parse(&format!("42 (x) S 1 42 42 0 -1 {flags} {zeros}{end} 0")).expect("a line of stat")
        };
        assert!(line(0x40_0000, 0).settling);
        assert!(!line(0x40_0000, 140_000).settling);
        assert!(!line(0x20_0040, 0).settling);
    }

    #[test]
    fn a_torn_line_is_no_reading() {
        assert_eq!(parse("42 (sleep) S 1 42"), None);
        assert_eq!(parse(""), None);
        assert_eq!(parse("42 (sleep"), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn we_find_ourselves() {
        let own = stat(std::process::id()).expect("we run");
        assert!(!own.is_dead() && own.start_time > 0 && own.resident > 0);
        assert!(all().iter().any(|other| other.pid == own.pid));
    }
}
