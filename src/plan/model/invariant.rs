//! What must hold of everything that was done.

use super::OneOrMany;
use crate::plan::units::{Rate, Share, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An invariant: a checker and what it looks at.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Invariant {
    /// Its id; counter-runs and reports name it.
    pub id: String,
    /// The checker: `exactly-once`, `acknowledged-not-lost`, `no-phantom`, `read-your-writes`, …
    pub check: String,
    /// The kind of effect it follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<String>,
    /// The kind of read it follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<String>,
    /// The final read or reads that it compares with.
    #[serde(default, skip_serializing_if = "OneOrMany::is_empty")]
    pub state: OneOrMany<String>,
    /// The column of the final read that holds the key. Default: `key`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The column of the final read that holds the value; several are added up (conservation). Default: `value`, for
    /// a saga `state`.
    #[serde(default, skip_serializing_if = "OneOrMany::is_empty")]
    pub value: OneOrMany<String>,
    /// The step whose requests it looks at: `step` or `flow/step` (rate limit, balance). Default: all of the load.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// The probe it watches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probe: Option<String>,
    /// A bound in time (staleness).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<Time>,
    /// A rate (rate limit).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Rate>,
    /// A burst (rate limit).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub burst: Option<u32>,
    /// One limit for each key instead of one for all (rate limit).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_key: bool,
    /// How far from the even share an instance may be, as a share of it (balance). Default: as far as chance explains.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deviation: Option<Share>,
    /// The states that mean done and in force (saga).
    #[serde(default, skip_serializing_if = "OneOrMany::is_empty")]
    pub confirmed: OneOrMany<String>,
    /// The states that mean undone (saga).
    #[serde(default, skip_serializing_if = "OneOrMany::is_empty")]
    pub cancelled: OneOrMany<String>,
    /// The consumers, as they stand in the column `consumer` (fan-out). Default: each final read after the first is one.
    #[serde(default, skip_serializing_if = "OneOrMany::is_empty")]
    pub consumers: OneOrMany<String>,
    /// The final reads of what was parked, on a dead-letter queue for instance (fan-out, queue).
    #[serde(default, skip_serializing_if = "OneOrMany::is_empty")]
    pub parked: OneOrMany<String>,
    /// The final reads of what is still queued (queue).
    #[serde(default, skip_serializing_if = "OneOrMany::is_empty")]
    pub queued: OneOrMany<String>,
    /// Whether consuming out of a publisher's order fails (queue).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ordered: bool,
    /// What there was at the beginning (conservation). Default: the sum of the column `initial`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initial: Option<crate::json::Number>,
    /// The fewest operations that it must have seen; fewer are Unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor: Option<u64>,
}
