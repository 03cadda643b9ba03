//! `shakedown schema`.

use super::{Exit, Stop, output};
use crate::plan;

/// Prints the JSON Schema of plan files.
pub fn main() -> Result<Exit, Stop> {
    let text = serde_json::to_string_pretty(&plan::schema()).map_err(Stop::unknown)?;
    output::result(&format!("{text}\n"));
    Ok(Exit::Pass)
}
