//! `docker compose` or `docker-compose`: whichever is there.

use crate::stack::StackError;
use std::fmt;
use std::process::Stdio;
use tokio::process::Command;

/// The program that speaks Compose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// `docker compose`, the second version.
    Plugin,
    /// `docker-compose`, the first version, or the second under the first one's name.
    Standalone,
}

impl Program {
    /// The one that this machine has; the error says what to install.
    pub async fn find() -> Result<Program, StackError> {
        for program in [Program::Plugin, Program::Standalone] {
            if program.answers().await {
                return Ok(program);
            }
        }
        Err(StackError::new(
            "Docker Compose is missing: neither `docker compose` nor `docker-compose` can be run; install one of them \
             (Debian: `docker-compose`), or put it on the PATH",
        ))
    }

    async fn answers(self) -> bool {
        let mut command = self.command();
        command.arg("version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.kill_on_drop(true).status().await.is_ok_and(|status| status.success())
    }

    /// The beginning of a command.
    pub fn command(self) -> Command {
        match self {
            Program::Plugin => {
                let mut command = Command::new("docker");
                command.arg("compose");
                command
            }
            Program::Standalone => Command::new("docker-compose"),
        }
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Program::Plugin => "docker compose",
            Program::Standalone => "docker-compose",
        })
    }
}
