//! What is read from the deployment after the load.

use crate::plan::template::Template;
use crate::plan::units::Time;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How what was there before the load is told from what the run left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Baseline {
    /// All is read before the load; the read after it goes on from the cursor at which that one ended. Rows that are there
    /// must keep their place and new ones come last; where that turns out not to hold, the whole is read again.
    Cursor,
    /// All is read before the load, and all is read after it.
    Whole,
    /// Nothing is read before the load. Only keys that no other run can have (with `${uuid}` or `${run_id}` in them) can
    /// then be judged.
    None,
}

/// A read of the final state: after the load, when faults are healed and a while has passed, again and again until two
/// snapshots in a row hold the same rows. If that never comes, invariants over it are Unknown. The same is read
/// before the load (the baseline): what was there then is not this run's. Exactly one of `get`, `sql`, `redis` and `command`
/// says how.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FinalRead {
    /// Its name; invariants name it as their `state`.
    pub name: String,
    /// By HTTP: what to GET: a path behind the target's URL, or a whole URL. `${cursor}` is empty for the first page. The
    /// target's headers go with it, unless they hold variables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub get: Option<Template>,
    /// By HTTP: a JSONPath to the rows of a page. By a command with `format = "json"`: to the rows; default: the
    /// elements of a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<String>,
    /// By HTTP: a JSONPath to the next page's cursor. Default: `$.next`; no value ends the paging.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// By SQL: the query; it cannot change anything. `WHERE key LIKE '${run_id}-%'` reads this run's keys alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sql: Option<Template>,
    /// By SQL or Redis: the address of the database: `postgres://user:${env:PASSWORD}@host:port/name` (without TLS),
    /// `sqlite:path` (relative to the plan), `redis://host:port/number`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<Template>,
    /// By Redis: the command, word by word. A list gives a row for each element in a column `value`, `HGETALL` the columns
    /// `field` and `value`, `WITHSCORES` the columns `value` and `score`, `XRANGE` an `id` and the fields.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redis: Option<Vec<Template>>,
    /// By a command: the program and its arguments. It runs on this machine, and knows what an instance of the service
    /// knows: its environment, `${port}`, `${index}` and `${instance}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<Vec<Template>>,
    /// With `command`: the service in whose environment it runs; its first instance, unless `endpoints` says otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// With `command`: how its output reads: `csv` (names in the first line), `json` (a list, or one value after another)
    /// or `lines` (a column `value`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// Read through each of these instead of the target: URLs (by SQL and Redis: addresses of databases), or services
    /// whose every instance is asked.
    #[serde(default)]
    pub endpoints: Vec<Template>,
    /// How long to wait after heal and drain before the first snapshot: longer than every timeout and redelivery. Default:
    /// a second more than the longest timeout of a step, at most 30 s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait: Option<Time>,
    /// How the read before the load goes, and what the one after it takes from it. Default: `"cursor"` where `get` asks for
    /// `${cursor}` and neither `conservation` nor `never-negative` looks at it, else `"whole"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Baseline>,
    /// How long to go on until two snapshots in a row are equal, before the load and after it. Where only rows of others
    /// still change at its end, those of the run must not have changed in its second half. Default: `10s`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Time>,
}

impl FinalRead {
    /// Every template in it.
    pub fn templates(&self) -> impl Iterator<Item = &Template> {
        let words = [&self.redis, &self.command].into_iter().flatten().flatten();
        self.get.iter().chain(&self.sql).chain(&self.database).chain(&self.endpoints).chain(words)
    }
}
