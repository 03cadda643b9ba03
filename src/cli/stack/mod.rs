//! `shakedown stack`: a deployment by hand, without load and without faults.

mod down;
mod logs;
mod reference;
mod scale;
mod status;
mod subject;
mod up;

use super::{Exit, Stop};
use tokio::runtime::Builder;

/// What is done with a deployment.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Bring it up and wait until all is ready; it runs on.
    Up(Which),
    /// Take it down.
    Down(down::Arguments),
    /// Show its instances.
    Status(Which),
    /// Print what its instances have written.
    Logs(logs::Arguments),
    /// Change the number of a service's instances.
    Scale(scale::Arguments),
}

/// Which deployment.
#[derive(Debug, clap::Args)]
pub struct Which {
    /// A plan with `kind = "compose"`, a compose file, or `reference`: the stack that comes with shakedown.
    #[arg(value_name = "PLAN|FILE|reference")]
    pub stack: String,
    /// The Compose project. Default: the plan's, else named after the plan or the compose file's folder.
    #[arg(long, value_name = "NAME")]
    pub project: Option<String>,
    /// A profile to bring up. May be repeated.
    #[arg(long = "profile", value_name = "NAME")]
    pub profiles: Vec<String>,
}

/// Does it.
pub fn main(command: &Command) -> Result<Exit, Stop> {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Stop::deployment(format!("cannot start: {error}")))?;
    let done = runtime.block_on(async {
        match command {
            Command::Up(which) => up::main(which).await,
            Command::Down(arguments) => down::main(arguments).await,
            Command::Status(which) => status::main(which).await,
            Command::Logs(arguments) => logs::main(arguments).await,
            Command::Scale(arguments) => scale::main(arguments).await,
        }
    });
    runtime.shutdown_background();
    done.map(|()| Exit::Pass)
}
