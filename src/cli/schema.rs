//! `shakedown schema`.

use super::{Exit, Stop, output};
use crate::{plan, report};

/// Print a JSON Schema.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Of what: plan files, or `verdict.json`.
    #[arg(value_enum, default_value_t = Of::Plan)]
    pub of: Of,
}

/// What a schema describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Of {
    /// Plan files, for editors.
    Plan,
    /// `verdict.json`, for whoever reads it.
    Verdict,
}

/// Prints the JSON Schema.
pub fn main(arguments: &Arguments) -> Result<Exit, Stop> {
    let schema = match arguments.of {
        Of::Plan => plan::schema(),
        Of::Verdict => report::schema(),
    };
    let text = serde_json::to_string_pretty(&schema).map_err(Stop::unknown)?;
    output::result(&format!("{text}\n"));
    Ok(Exit::Pass)
}
