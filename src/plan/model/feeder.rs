//! Data for the flows.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// In which order rows are handed out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FeederOrder {
    /// One after another, from the start again after the last.
    #[default]
    Sequential,
    /// Drawn by the seed.
    Random,
    /// One after another, each once: a user that finds none left is not started, and counts as dropped.
    Unique,
}

/// A file of rows; every session gets one row of each feeder. `${name.column}` is a value of it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Feeder {
    /// Its name.
    pub name: String,
    /// The file, relative to the plan: `.csv` (first line: column names) or `.jsonl` (an object a line).
    pub file: String,
    /// In which order rows are handed out.
    #[serde(default)]
    pub order: FeederOrder,
}
