//! `shakedown demo-shop`: a part of the built-in shop, as a process.

use super::{Exit, Stop};

/// Serves until it is told to stop.
pub fn main(role: minishop::Command) -> Result<Exit, Stop> {
    minishop::main(role).map(|()| Exit::Pass).map_err(Stop::deployment)
}
