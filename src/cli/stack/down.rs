//! `shakedown stack down`.

use super::super::{Stop, output};
use super::Which;
use super::subject::Subject;

/// What is taken down.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Which deployment.
    #[command(flatten)]
    pub which: Which,
    /// Drop its named volumes with all that is in them, too.
    #[arg(long)]
    pub volumes: bool,
}

/// Takes it down, whoever brought it up.
pub(super) async fn main(arguments: &Arguments) -> Result<(), Stop> {
    let subject = Subject::of(&arguments.which)?;
    let _lock = subject.lock()?;
    let stack = subject.driver().await?;
    let Some(compose) = stack.compose() else {
        return Err(Stop::usage("the plan names no compose file (`stack.file`), so it cannot be taken down"));
    };
    compose.down(arguments.volumes).await.map_err(Stop::deployment)?;
    output::line(&format!("{} is down", subject.project()));
    Ok(())
}
