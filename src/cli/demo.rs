//! `shakedown demo`: the quickstart that the program carries with it.

use super::{Stop, run};
use std::path::PathBuf;

const QUICKSTART: &str = include_str!("../../plans/quickstart.toml");

/// Carry out the built-in quickstart.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Print the plan, and do nothing.
    #[arg(long)]
    pub print: bool,
    /// Run the plan's own falsification.
    #[arg(long, value_name = "NAME", num_args = 0..=1, default_missing_value = "")]
    pub counter: Option<String>,
    /// The folder in which the run folder is made.
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub reports: PathBuf,
    /// Change a value of the plan. May be repeated.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub sets: Vec<String>,
    /// First undo whatever an earlier run left broken.
    #[arg(long)]
    pub heal: bool,
    /// What is printed and written.
    #[command(flatten)]
    pub output: run::Output,
}

impl Arguments {
    /// The same as `run` would be given.
    pub fn into_run(self) -> Result<run::Arguments, Stop> {
        if self.print {
            super::output::result(QUICKSTART);
            return Err(Stop { exit: super::Exit::Pass, message: String::new() });
        }
        Ok(run::Arguments {
            plan: PathBuf::from("quickstart.toml"),
            sets: self.sets,
            counter: self.counter,
            dry_run: false,
            reports: self.reports,
            helper_image: None,
            allow_targets: Vec::new(),
            heal: self.heal,
            metrics_addr: None,
            output: self.output,
            built_in: Some(QUICKSTART),
        })
    }
}
