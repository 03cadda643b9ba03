//! What a container has written.

use super::{Engine, EngineError};
use bollard::query_parameters::LogsOptionsBuilder;
use futures_util::{StreamExt, TryStreamExt};
use std::time::Duration;
use tokio::time::timeout;

/// How long reading a log may take: some engines keep the stream of a paused container open.
const WITHIN: Duration = Duration::from_secs(5);

impl Engine {
    /// The last lines of both outputs.
    pub async fn log_tail(&self, id: &str, lines: usize) -> Result<Vec<String>, EngineError> {
        let options =
            LogsOptionsBuilder::default().stdout(true).stderr(true).tail(&lines.to_string()).build();
        let mut text = String::new();
        let mut said = self.docker.logs(id, Some(options));
        let read = async {
            while let Some(piece) = said.try_next().await? {
                text.push_str(&String::from_utf8_lossy(piece.as_ref()));
            }
            Ok(())
        };
        if let Ok(Err(error)) = timeout(WITHIN, read).await {
            return Err(self.error(error));
        }
        let all: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
        Ok(all[all.len().saturating_sub(lines)..].iter().map(|line| (*line).to_owned()).collect())
    }

    /// Hands every line of both outputs to `line` as it comes, beginning with the last `lines`, until the container ends.
    pub async fn follow_log(
        &self,
        id: &str,
        lines: usize,
        mut line: impl FnMut(&str),
    ) -> Result<(), EngineError> {
        let options = LogsOptionsBuilder::default().stdout(true).stderr(true).follow(true);
        let mut said = self.docker.logs(id, Some(options.tail(&lines.to_string()).build()));
        while let Some(piece) = said.next().await {
            let piece = piece.map_err(|error| self.error(error))?;
            String::from_utf8_lossy(piece.as_ref()).lines().for_each(&mut line);
        }
        Ok(())
    }
}
