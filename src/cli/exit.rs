//! Exit codes: an interface, told in `docs/exit-codes.md`.

use std::fmt;
use std::process::ExitCode;

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: every verdict passed.
    Pass,
    /// 1: an objective or invariant failed.
    Fail,
    /// 2: inconclusive.
    Unknown,
    /// 3: the deployment or the preflight failed before any load, or something was left unhealed.
    Deployment,
    /// 64: bad usage or a bad plan.
    Usage,
    /// 130: interrupted, after healing.
    Interrupted,
}

impl Exit {
    /// The number.
    pub fn code(self) -> u8 {
        match self {
            Exit::Pass => 0,
            Exit::Fail => 1,
            Exit::Unknown => 2,
            Exit::Deployment => 3,
            Exit::Usage => 64,
            Exit::Interrupted => 130,
        }
    }

    /// From the code of a verdict: 0, 1, else 2.
    pub fn of_verdict(code: u8) -> Exit {
        match code {
            0 => Exit::Pass,
            1 => Exit::Fail,
            _ => Exit::Unknown,
        }
    }

    /// The one that counts where both hold: 64, 130, 3, 1, 2, 0.
    #[must_use]
    pub fn and(self, other: Exit) -> Exit {
        let rank = |exit: Exit| match exit {
            Exit::Usage => 0,
            Exit::Interrupted => 1,
            Exit::Deployment => 2,
            Exit::Fail => 3,
            Exit::Unknown => 4,
            Exit::Pass => 5,
        };
        if rank(self) <= rank(other) { self } else { other }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit.code())
    }
}

/// Why a verb came to its end early, with the message for the user and the exit code.
#[derive(Clone, Debug, PartialEq)]
pub struct Stop {
    /// The code.
    pub exit: Exit,
    /// The message; empty if everything has been said.
    pub message: String,
}

impl Stop {
    /// Bad usage or a bad plan.
    pub fn usage(message: impl fmt::Display) -> Stop {
        Stop { exit: Exit::Usage, message: message.to_string() }
    }

    /// The deployment or the preflight.
    pub fn deployment(message: impl fmt::Display) -> Stop {
        Stop { exit: Exit::Deployment, message: message.to_string() }
    }

    /// No way to say.
    pub fn unknown(message: impl fmt::Display) -> Stop {
        Stop { exit: Exit::Unknown, message: message.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_graver_code_counts() {
        let order = [Exit::Usage, Exit::Interrupted, Exit::Deployment, Exit::Fail, Exit::Unknown, Exit::Pass];
        for (place, graver) in order.iter().enumerate() {
            for lighter in &order[place..] {
                assert_eq!(graver.and(*lighter), *graver);
                assert_eq!(lighter.and(*graver), *graver);
            }
        }
    }
}
