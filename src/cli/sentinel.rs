//! `shakedown sentinel`: waits for the harness to vanish, and heals.

use crate::chaos;
use std::path::PathBuf;
use std::process::ExitCode;

/// What `run` tells its sentinel.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The journal.
    #[arg(long)]
    pub journal: PathBuf,
    /// The run.
    #[arg(long)]
    pub run: String,
}

/// Reads standard input until it ends.
pub fn main(arguments: &Arguments) -> ExitCode {
    match chaos::sentinel_main(&arguments.journal, &arguments.run) {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}
