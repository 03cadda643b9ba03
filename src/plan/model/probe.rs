//! Values sampled while the run lasts.

use crate::plan::template::Template;
use crate::plan::units::Time;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A number fetched again and again into the record; usable in objectives (`min(stock) >= 0`) and conditions. Exactly one
/// of `get`, `sql` and `command` says where it comes from.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Probe {
    /// Its name.
    pub name: String,
    /// By HTTP: what to GET: a path behind the target's URL, or a whole URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub get: Option<Template>,
    /// By HTTP: a JSONPath (RFC 9535) to a number, a number in text, or a boolean (1 or 0) in the reply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// By HTTP: a metric in a reply in Prometheus' text format: `name` or `name{label="value"}`. Several series are added up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric: Option<String>,
    /// By SQL: a query that gives one row of one column; it cannot change anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sql: Option<String>,
    /// By SQL: the address of the database, `postgres://…` (without TLS) or `sqlite:path` (relative to the plan).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<Template>,
    /// By a command that writes a number: the program and its arguments. It runs on this machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<Vec<Template>>,
    /// With `command`: the service in whose environment it runs; it knows what the first instance knows: `${port}`,
    /// `${index}` and `${instance}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// How often.
    #[serde(default = "one_second")]
    pub every: Time,
    /// How long one sample may take.
    #[serde(default = "one_second")]
    pub timeout: Time,
}

impl Probe {
    /// Every template in it.
    pub fn templates(&self) -> impl Iterator<Item = &Template> {
        self.get.iter().chain(&self.database).chain(self.command.iter().flatten())
    }
}

fn one_second() -> Time {
    Time::from_secs(1)
}
