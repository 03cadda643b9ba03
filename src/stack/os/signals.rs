//! Signals by name, and what a process does about them.

use rustix::process::Signal;
use std::fs;

const NAMES: [(&str, Signal); 9] = [
    ("KILL", Signal::KILL),
    ("TERM", Signal::TERM),
    ("INT", Signal::INT),
    ("HUP", Signal::HUP),
    ("QUIT", Signal::QUIT),
    ("USR1", Signal::USR1),
    ("USR2", Signal::USR2),
    ("ABRT", Signal::ABORT),
    ("SEGV", Signal::SEGV),
];

/// Whether the signal of this name ends a program that does not handle it, and is meant to end one that does.
pub fn ends_programs(name: &str) -> bool {
    let all = [Signal::KILL, Signal::TERM, Signal::INT, Signal::QUIT, Signal::ABORT, Signal::SEGV];
    signal_named(name).is_ok_and(|signal| all.contains(&signal))
}

/// The signal of this name, with or without `SIG`, in any case.
pub fn signal_named(name: &str) -> Result<Signal, String> {
    let plain = name.trim().to_ascii_uppercase();
    let plain = plain.strip_prefix("SIG").unwrap_or(&plain);
    NAMES.iter().find(|(known, _)| *known == plain).map(|(_, signal)| *signal).ok_or_else(|| {
        let known: Vec<&str> = NAMES.iter().map(|(known, _)| *known).collect();
        format!("there is no signal `{name}`; the signals are {}", known.join(", "))
    })
}

/// The name of a signal's number: `KILL`; for one that is not ours to send, its number.
pub fn signal_name(number: i32) -> String {
    let more = [("PIPE", Signal::PIPE), ("BUS", Signal::BUS), ("ILL", Signal::ILL), ("FPE", Signal::FPE)];
    NAMES
        .iter()
        .chain(&more)
        .find(|(_, signal)| signal.as_raw() == number)
        .map_or_else(|| number.to_string(), |(name, _)| (*name).to_owned())
}

/// Whether the process catches or ignores this signal, so that it need not end by it (`SigIgn` and `SigCgt` of
/// `/proc/PID/status`). Where the system does not tell: `true`.
pub fn catches(pid: u32, signal: Signal) -> bool {
    let Ok(status) = fs::read_to_string(format!("/proc/{pid}/status")) else { return true };
    let mask = |key: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(key))?;
        u64::from_str_radix(line.trim(), 16).ok()
    };
    let bit = 1_u64 << (signal.as_raw() - 1);
    match (mask("SigIgn:"), mask("SigCgt:")) {
        (Some(ignored), Some(caught)) => (ignored | caught) & bit != 0,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_generously_and_others_refused() {
        for name in ["KILL", "SIGKILL", "sigkill", " kill "] {
            assert_eq!(signal_named(name), Ok(Signal::KILL), "{name}");
        }
        let error = signal_named("SIGFOO").expect_err("no such signal");
        assert!(error.contains("`SIGFOO`") && error.contains("TERM"), "{error}");
        assert_eq!(signal_name(9), "KILL");
        assert_eq!(signal_name(64), "64");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn we_ignore_a_broken_pipe_and_do_not_catch_usr2() {
        // Rust programs ignore SIGPIPE from the start.
        assert!(catches(std::process::id(), Signal::PIPE));
        assert!(!catches(std::process::id(), Signal::USR2));
    }
}
