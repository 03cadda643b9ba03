//! How much load, and in which form.

use crate::plan::units::{Rate, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who decides when a user starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LoadModel {
    /// The clock: users arrive at a rate, whether or not the deployment keeps up.
    #[default]
    Open,
    /// The users: a fixed number of them, each starting over when it has finished.
    Closed,
}

/// How arrivals lie in time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Arrivals {
    /// At even distances.
    #[default]
    Even,
    /// As a Poisson process: independent of one another, as real users are.
    Poisson,
}

/// Who schedules the virtual users.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Executor {
    /// Our own.
    #[default]
    Own,
    /// The Goose library (closed model only); speed and same-seed promises do not hold for it.
    Goose,
}

/// Who shares connections with whom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Connections {
    /// All users of a worker share a pool of keep-alive connections.
    #[default]
    Shared,
    /// Every user has connections of its own: kept from step to step, closed with its session (open model) or at its
    /// end (closed model).
    PerUser,
}

/// Which attempts a record keeps. The histograms are complete in any case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Keep {
    /// Every one.
    #[default]
    All,
    /// Those that were not good, those of steps with an `effect` or a `read`, and those with more than one attempt.
    Marked,
}

/// How much load, and in which form.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Load {
    /// Who decides when a user starts.
    #[serde(default)]
    pub model: LoadModel,
    /// Open model: how many users arrive per second, where there are no stages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Rate>,
    /// Closed model: how many users there are, where there are no stages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub users: Option<u32>,
    /// How long, where there are no stages.
    #[serde(default, rename = "for", skip_serializing_if = "Option::is_none")]
    pub duration: Option<Time>,
    /// How long the load is excluded from objectives at first, where there are no stages; it comes out of `for`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warmup: Option<Time>,
    /// The parts of the load, one after another.
    #[serde(default)]
    pub stages: Vec<Stage>,
    /// Open model: short extra load on top.
    #[serde(default)]
    pub spikes: Vec<Spike>,
    /// Open model: how arrivals lie in time.
    #[serde(default)]
    pub arrivals: Arrivals,
    /// Closed model: how many users start per second until all are there. Default: all at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hatch_rate: Option<Rate>,
    /// Closed model: how many times each user goes through a flow. Default: until the time is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iterations: Option<u64>,
    /// The most users in flight at once. An arrival beyond it is dropped, recorded and bad.
    #[serde(default = "most_in_flight")]
    pub max_in_flight: u32,
    /// How long operations in flight at the end may still take; then they are Indeterminate.
    #[serde(default = "ten_seconds")]
    pub grace: Time,
    /// How long at most the load goes on beyond its planned end, at its last rate, for the sake of a fault that was late.
    #[serde(default = "thirty_seconds")]
    pub max_extension: Time,
    /// The lateness of sends, p99, above which the run says nothing (Unknown).
    #[serde(default = "fifty_milliseconds")]
    pub max_lateness: Time,
    /// Who schedules the virtual users.
    #[serde(default)]
    pub executor: Executor,
    /// Who shares connections with whom.
    #[serde(default)]
    pub connections: Connections,
    /// How many worker threads. Default: one per core.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workers: Option<u16>,
    /// For how long to spin before an arrival is due, in place of sleeping: microseconds of precision for a busy core. What
    /// the system's wake-ups are usually late by (60 µs at most) is made up for anyway.
    #[serde(default)]
    pub spin: Time,
    /// Which attempts the record keeps.
    #[serde(default)]
    pub keep: Keep,
}

/// A part of the load. Its rate (or number of users) is constant, or changes evenly from the stage before to `ramp_to`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Open model: how many users arrive per second. `0/s` is a quiet period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Rate>,
    /// Open model: the rate that is reached at the end of this stage, from that at the end of the stage before (0 at first).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ramp_to: Option<Rate>,
    /// Closed model: how many users there are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub users: Option<u32>,
    /// Closed model: how many there are at the end of this stage; they come (or go) evenly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ramp_users_to: Option<u32>,
    /// How long.
    #[serde(rename = "for")]
    pub duration: Time,
    /// Whether it is excluded from objectives. Only the first stages can be.
    #[serde(default)]
    pub warmup: bool,
}

/// Short extra load on top of the stages.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Spike {
    /// When, from the start of the load.
    pub at: Time,
    /// How long.
    #[serde(rename = "for")]
    pub duration: Time,
    /// How many more users arrive per second.
    pub rate: Rate,
}

fn most_in_flight() -> u32 {
    10_000
}

fn ten_seconds() -> Time {
    Time::from_secs(10)
}

fn thirty_seconds() -> Time {
    Time::from_secs(30)
}

fn fifty_milliseconds() -> Time {
    Time::from_millis(50)
}
