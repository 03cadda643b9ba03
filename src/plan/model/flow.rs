//! What users do.

use super::Step;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A way through the deployment: steps one after another. A step that is not good ends the walk.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Flow {
    /// Its name.
    pub name: String,
    /// How often it is walked, relative to the other flows.
    #[serde(default = "one")]
    pub weight: f64,
    /// The steps.
    #[serde(rename = "step")]
    pub steps: Vec<Step>,
}

/// Steps outside the measured load.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Steps {
    /// The steps, one after another.
    #[serde(default, rename = "step")]
    pub steps: Vec<Step>,
}

fn one() -> f64 {
    1.0
}
