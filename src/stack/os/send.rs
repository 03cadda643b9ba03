//! Signals to groups and processes, with the checks that keep them from strangers.

use super::same_process;
use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use std::fmt;

/// Why a signal was not sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendError {
    /// The process is gone, or its pid belongs to another one now.
    Gone,
    /// The number cannot be that of a child of ours.
    NotAChild(u32),
    /// The system refused.
    Refused(String),
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SendError::Gone => f.write_str("it is gone"),
            SendError::NotAChild(pid) => write!(f, "{pid} cannot be the pid of a child of ours"),
            SendError::Refused(reason) => write!(f, "the system refused: {reason}"),
        }
    }
}

/// Sends to every process of the group whose leader is this very process.
pub fn send_to_group(leader: u32, start_time: u64, signal: Signal) -> Result<(), SendError> {
    let group = checked(leader)?;
    // A leader that has ended but is not reaped keeps its number, and with it the group's, from being used again.
    if super::start_time(leader) != Some(start_time) {
        return Err(SendError::Gone);
    }
    told(kill_process_group(group, signal))
}

/// Sends to this very process.
pub fn send_to_process(pid: u32, start_time: u64, signal: Signal) -> Result<(), SendError> {
    let process = checked(pid)?;
    if !same_process(pid, start_time) {
        return Err(SendError::Gone);
    }
    told(kill_process(process, signal))
}

/// 0 and 1 mean "everybody" to kill(2) once they are a group's number; they, and what does not fit, are refused here.
fn checked(pid: u32) -> Result<Pid, SendError> {
    let own = std::process::id();
    match i32::try_from(pid).ok().and_then(Pid::from_raw) {
        Some(process) if pid > 1 && pid != own => Ok(process),
        _ => Err(SendError::NotAChild(pid)),
    }
}

fn told(result: rustix::io::Result<()>) -> Result<(), SendError> {
    match result {
        Ok(()) => Ok(()),
        Err(Errno::SRCH) => Err(SendError::Gone),
        Err(error) => Err(SendError::Refused(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::super::start_time;
    use super::*;
    use std::os::unix::process::CommandExt;
    use std::process::Command;

    #[test]
    fn everybody_and_ourselves_are_never_struck() {
        for pid in [0, 1, u32::MAX, std::process::id()] {
            assert_eq!(send_to_group(pid, 1, Signal::CONT), Err(SendError::NotAChild(pid)));
            assert_eq!(send_to_process(pid, 1, Signal::CONT), Err(SendError::NotAChild(pid)));
        }
    }

    #[test]
    fn another_start_time_is_a_stranger() {
        let mut child = Command::new("sleep").arg("60").process_group(0).spawn().expect("sleep");
        let start = start_time(child.id()).expect("it runs");
        assert_eq!(send_to_group(child.id(), start + 1, Signal::KILL), Err(SendError::Gone));
        assert_eq!(send_to_process(child.id(), start + 1, Signal::KILL), Err(SendError::Gone));
        assert!(child.try_wait().expect("wait").is_none(), "the stranger lives");
        assert_eq!(send_to_group(child.id(), start, Signal::KILL), Ok(()));
        child.wait().expect("wait");
        assert_eq!(send_to_group(child.id(), start, Signal::KILL), Err(SendError::Gone));
    }
}
