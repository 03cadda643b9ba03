//! Arguments, settings, the call, the exit code; one file per verb.

pub mod check;
pub mod compare;
pub mod demo;
pub mod demo_shop;
pub mod dry_run;
mod exit;
pub mod export;
pub mod fault;
pub mod github;
pub mod heal;
pub mod history;
mod live;
mod metrics;
pub mod net_helper;
mod output;
pub mod prove;
pub mod proxy;
pub mod report;
pub mod run;
pub mod schema;
pub mod sentinel;
mod signals;
pub mod stack;
pub mod verify;

pub use exit::{Exit, Stop};
pub use output::{finish, tell};

use clap::Parser;
use clap::error::ErrorKind;

/// Proves whether a deployment keeps its promises while parts of it fail under real load.
///
/// Exit codes: 0 every verdict passed · 1 an objective or invariant failed · 2 inconclusive · 3 the deployment or the
/// preflight failed, or something was left unhealed · 64 bad usage or plan · 130 interrupted (after healing).
#[derive(Debug, Parser)]
#[command(name = "shakedown", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// The verbs.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Carry out a plan: bring the stack up, load it, break it, judge it, report.
    Run(run::Arguments),
    /// Carry out the built-in quickstart: a shop of three nodes, one of which dies under load.
    Demo(demo::Arguments),
    /// Check plan files; say what is wrong, where, and what would be right.
    Check(check::Arguments),
    /// Print a JSON Schema: of plan files, for editors, or of `verdict.json`.
    Schema(schema::Arguments),
    /// Judge a run folder again, or a history from outside; needs no deployment.
    Verify(verify::Arguments),
    /// Print a run's operations: as a Jepsen-style history, as CSV or as JTL.
    Export(export::Arguments),
    /// Write the reports of run folders again; for several runs, a page that lists them.
    Report(report::Arguments),
    /// Compare runs: objective by objective and step by step.
    Compare(compare::Arguments),
    /// Prove claims: carry out their plans and counter-runs.
    Prove(prove::Arguments),
    /// Bring a deployment of containers up or down by hand, look at it, scale it.
    Stack {
        /// What is done with it.
        #[command(subcommand)]
        command: stack::Command,
    },
    /// Break something by hand, on a Compose project that runs, and heal it.
    Fault(fault::Arguments),
    /// Undo whatever an earlier run left broken.
    Heal(heal::Arguments),
    /// Serve a TCP fault proxy that Toxiproxy's clients can drive.
    Proxy(proxy::Arguments),
    /// Serve a part of the built-in shop.
    #[command(hide = true)]
    DemoShop {
        /// Which part.
        #[command(subcommand)]
        role: minishop::Command,
    },
    /// Hold network faults in the network namespace that this is started in; started by `run`, in a container of its own.
    #[command(hide = true)]
    NetHelper,
    /// Heal when the harness has vanished; started by `run`.
    #[command(hide = true)]
    Sentinel(sentinel::Arguments),
}

/// What was typed. Help and version are printed here and end the program well.
pub fn arguments() -> Result<Command, Stop> {
    Cli::try_parse().map(|cli| cli.command).map_err(|error| {
        let exit = match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Exit::Pass,
            _ => Exit::Usage,
        };
        output::failed(error.print());
        Stop { exit, message: String::new() }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_sound() {
        Cli::command().debug_assert();
    }
}
