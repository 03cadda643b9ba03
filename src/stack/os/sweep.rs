//! Ends every process that carries a run's marker, wherever it went.

use super::{RUN_VARIABLE, Stat, marked, marker, send_to_process};
use rustix::process::Signal;
use std::fs;
use std::time::{Duration, Instant};

/// What a sweep found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// What it ended: `sleep (pid 812)`.
    pub ended: Vec<String>,
    /// What is still there, and why.
    pub left: Vec<String>,
}

/// Ends every process whose environment says that it belongs to this run, and looks again until there is none, for at
/// most `within`. Blocks.
pub fn sweep(run: &str, within: Duration) -> Swept {
    let markers = [marker(RUN_VARIABLE, run)];
    end_all(within, || marked(&markers))
}

/// Kills whatever `find` finds until it finds nothing, for at most `within`. Blocks.
pub(crate) fn end_all(within: Duration, find: impl Fn() -> Vec<Stat>) -> Swept {
    let deadline = Instant::now() + within;
    let mut swept = Swept::default();
    let mut seen = Vec::new();
    loop {
        let found = find();
        let late = Instant::now() >= deadline;
        for process in &found {
            // Its name is read before it is gone.
            let name = named(process.pid);
            let sent = send_to_process(process.pid, process.start_time, Signal::KILL);
            if !seen.contains(&(process.pid, process.start_time)) {
                seen.push((process.pid, process.start_time));
                swept.ended.push(name.clone());
            }
            if late {
                let why = sent.err().map_or("it does not end".to_owned(), |error| error.to_string());
                swept.ended.retain(|ended| *ended != name);
                swept.left.push(format!("{name}: {why}"));
            }
        }
        if found.is_empty() || late {
            return swept;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn named(pid: u32) -> String {
    let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    format!("{} (pid {pid})", name.trim())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};

    #[test]
    fn whoever_left_the_group_and_the_session_is_found() {
        let run = format!("sweep-{}", std::process::id());
        // The inner shell starts a grandchild and ends: the grandchild belongs to init then.
        let status = Command::new("sh")
            .args(["-c", "setsid sleep 60 & exec true"])
            .env(RUN_VARIABLE, &run)
            .stdin(Stdio::null())
            .status()
            .expect("sh");
        assert!(status.success());
        let swept = sweep(&run, Duration::from_secs(10));
        assert_eq!(swept.ended.len(), 1, "{swept:?}");
        assert!(swept.left.is_empty(), "{swept:?}");
        assert_eq!(sweep(&run, Duration::from_secs(10)), Swept::default());
    }
}
