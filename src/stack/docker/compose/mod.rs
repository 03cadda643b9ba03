//! Docker Compose, whichever of its two programs the machine has.

mod config;
mod program;

pub use config::{ServiceConfig, services};
pub use program::Program;

use crate::stack::StackError;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Stdio;

/// How many lines of its output help where it fails.
const LINES: usize = 12;

/// A project as Compose knows it.
#[derive(Clone, Debug)]
pub struct Compose {
    /// The program.
    pub program: Program,
    /// The compose file.
    pub file: PathBuf,
    /// The project's name.
    pub project: String,
    /// The profiles.
    pub profiles: Vec<String>,
    /// Variables for `${…}` in the compose file.
    pub env: BTreeMap<String, String>,
    /// Texts that no message may show.
    pub secrets: Vec<String>,
}

impl Compose {
    /// Brings the project up in the background, with so many instances of these services. Containers whose configuration
    /// has not changed are left as they are.
    pub async fn up(&self, scales: &[(String, u32)]) -> Result<(), StackError> {
        let mut arguments = vec!["up".to_owned(), "-d".to_owned()];
        for (service, number) in scales {
            arguments.extend(["--scale".to_owned(), format!("{service}={number}")]);
        }
        self.run(&arguments).await.map(drop)
    }

    /// Changes the number of one service's instances; nothing else is touched.
    pub async fn scale(&self, service: &str, number: u32) -> Result<(), StackError> {
        let scale = format!("{service}={number}");
        let arguments = ["up", "-d", "--no-deps", "--no-recreate", "--scale", &scale, service];
        self.run(&arguments.map(str::to_owned)).await.map(drop)
    }

    /// Takes it down. Named volumes and their content stay unless `volumes`.
    pub async fn down(&self, volumes: bool) -> Result<(), StackError> {
        let mut arguments = vec!["down".to_owned(), "--remove-orphans".to_owned()];
        if volumes {
            arguments.push("--volumes".to_owned());
        }
        self.run(&arguments).await.map(drop)
    }

    /// The services as Compose understands them, variables filled in.
    pub async fn services(&self) -> Result<BTreeMap<String, ServiceConfig>, StackError> {
        self.run(&["config".to_owned()]).await.map(|text| services(&text))
    }

    /// Without its variables: as it is when no plan changes anything.
    pub fn without_env(&self) -> Compose {
        Compose { env: BTreeMap::new(), ..self.clone() }
    }

    /// Runs it; returns what it wrote to standard output.
    async fn run(&self, arguments: &[String]) -> Result<String, StackError> {
        let mut command = self.program.command();
        command.arg("-f").arg(&self.file).args(["-p", &self.project]);
        for profile in &self.profiles {
            command.args(["--profile", profile]);
        }
        command.args(arguments).envs(&self.env).stdin(Stdio::null()).kill_on_drop(true);
        let words = format!("`{} {}`", self.program, arguments.join(" "));
        let ended = command
            .output()
            .await
            .map_err(|error| StackError::new(format!("{words} could not be started: {error}")))?;
        if ended.status.success() {
            return Ok(String::from_utf8_lossy(&ended.stdout).into_owned());
        }
        let said = [ended.stdout, ended.stderr].concat();
        let said = self.masked(&String::from_utf8_lossy(&said));
        let lines: Vec<&str> = said.lines().filter(|line| !line.trim().is_empty()).collect();
        let context = lines[lines.len().saturating_sub(LINES)..].iter().map(|line| (*line).to_owned());
        Err(StackError {
            message: format!(
                "{words} failed ({}) for the project `{}` of {}",
                ended.status,
                self.project,
                self.file.display()
            ),
            context: context.collect(),
        })
    }

    fn masked(&self, text: &str) -> String {
        self.secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret, "***"))
    }
}
