//! Rules by contract.

use super::OneOrMany;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A rule that overrides what a status says about an attempt's outcome: "503 from the edge means not executed".
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Contract {
    /// The status or statuses it speaks of.
    pub status: OneOrMany<u16>,
    /// Only replies that carry this header (`name` or `name: value`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// Only this step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// What such a reply says: `ok` it took effect, `fail` it did not, `indeterminate` it may have.
    pub outcome: Effected,
    /// Who promises it, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// Whether an attempt took effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Effected {
    /// It did.
    Ok,
    /// It did not.
    Fail,
    /// It may have.
    Indeterminate,
}
