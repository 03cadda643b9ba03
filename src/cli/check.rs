//! `shakedown check FILES`.

use super::{Exit, Stop, output};
use crate::plan;
use std::path::PathBuf;

/// Check plan files.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The files.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
}

/// Checks each file; one with a mistake makes the whole call fail.
pub fn main(arguments: &Arguments) -> Result<Exit, Stop> {
    let mut exit = Exit::Pass;
    for file in &arguments.files {
        match plan::load(file, &[]) {
            Ok(loaded) => {
                for warning in &loaded.warnings {
                    output::result(&format!("{warning}\n"));
                }
                output::result(&format!("{}: ok\n", file.display()));
            }
            Err(diagnostics) => {
                output::result(&format!("{diagnostics}\n"));
                exit = Exit::Usage;
            }
        }
    }
    Ok(exit)
}
