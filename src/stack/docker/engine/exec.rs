//! A command inside a container.

use super::{Engine, EngineError, Trouble};
use bollard::exec::{CreateExecOptions, StartExecResults};
use futures_util::StreamExt;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// How much of its output is kept, in bytes.
const KEPT: usize = 1024;
const LOOK_AGAIN: Duration = Duration::from_millis(4);

/// How a command ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Executed {
    /// Its exit code.
    pub code: i64,
    /// Both outputs, the end of them: where a command says why it failed.
    pub output: String,
}

impl Engine {
    /// Runs a command in a container and waits for its end. The error says that it could not be started, or took longer
    /// than `within` (it then runs on: the engine has no way to end it).
    pub async fn exec(
        &self,
        id: &str,
        command: &[String],
        within: Duration,
    ) -> Result<Executed, EngineError> {
        let config = CreateExecOptions {
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            cmd: Some(command.to_vec()),
            ..CreateExecOptions::default()
        };
        let made = self.docker.create_exec(id, config).await.map_err(|error| self.error(error))?;
        let run = self.run_exec(&made.id);
        match timeout(within, run).await {
            Ok(executed) => executed,
            Err(_) => Err(EngineError::new(
                Trouble::Refused,
                format!("`{}` has not ended after {within:?}", command.join(" ")),
            )),
        }
    }

    async fn run_exec(&self, exec: &str) -> Result<Executed, EngineError> {
        let started = self.docker.start_exec(exec, None).await.map_err(|error| self.error(error))?;
        let mut output = Vec::new();
        if let StartExecResults::Attached { output: mut said, .. } = started {
            while let Some(piece) = said.next().await {
                let piece = piece.map_err(|error| self.error(error))?;
                output.extend_from_slice(piece.as_ref());
                output.drain(..output.len().saturating_sub(KEPT));
            }
        }
        // Its output ends a moment before the engine knows how it ended. The caller's bound ends this too.
        let ended = loop {
            let told = self.docker.inspect_exec(exec).await.map_err(|error| self.error(error))?;
            if told.running != Some(true) {
                break told;
            }
            sleep(LOOK_AGAIN).await;
        };
        let output = String::from_utf8_lossy(&output).trim_end().to_owned();
        // One whose code is not known has not been seen to succeed.
        Ok(Executed { code: ended.exit_code.unwrap_or(-1), output })
    }
}
