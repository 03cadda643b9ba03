//! Child processes: what they write goes to a log, whose end is shown when they fail.

use super::BuildError;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How many lines of a log are shown.
const SHOWN: usize = 15;

/// Runs a command until it ends, its output in the file `log`.
///
/// # Errors
/// If it cannot be started, fails, or takes longer than `limit` (it is then killed): the message says `what` failed.
pub(super) fn run(what: &str, command: &mut Command, log: &Path, limit: Duration) -> Result<(), BuildError> {
    let trouble = |error: std::io::Error| BuildError::new(format!("{what}: {}: {error}", log.display()));
    if let Some(folder) = log.parent() {
        fs::create_dir_all(folder).map_err(trouble)?;
    }
    let out = File::create(log).map_err(trouble)?;
    let err = out.try_clone().map_err(trouble)?;
    let program = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(out)
        .stderr(err)
        .spawn()
        .map_err(|error| BuildError::new(format!("{what}: `{program}` could not be started: {error}")))?;
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().map_err(trouble)? {
            if status.success() {
                return Ok(());
            }
            return Err(failed(format!("{what} failed ({status}); all of it is in {}", log.display()), log));
        }
        if begun.elapsed() > limit {
            // It may have ended by itself in this moment; either way it is over.
            let _ = child.kill();
            let _ = child.wait();
            let message = format!(
                "{what} took longer than {} s; what it wrote is in {}",
                limit.as_secs(),
                log.display()
            );
            return Err(failed(message, log));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn failed(message: String, log: &Path) -> BuildError {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let context = lines[lines.len().saturating_sub(SHOWN)..].iter().map(|line| (*line).to_owned()).collect();
    BuildError { message, context }
}

/// What a short command writes, without the white space around it; nothing if it fails.
pub(super) fn answer(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
