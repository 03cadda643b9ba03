//! The plan's own falsification.

use super::OneOrMany;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The same plan, broken on purpose. `run --counter` makes these changes and passes only if what is named here fails.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Counter {
    /// Its name, where a plan has several: `run --counter NAME`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Why the changed plan must fail, in words.
    pub why: String,
    /// The changes: a path into the plan (`stack.service.node.env.IDEMPOTENCY`) and its new value. Sections that have
    /// a name or an id are addressed by it, others by number.
    pub set: BTreeMap<String, crate::json::Value>,
    /// The ids of the objectives and invariants that must fail.
    pub fails: Vec<String>,
    /// Those that may fail; any other must not.
    #[serde(default)]
    pub may_fail: Vec<String>,
    /// How often it is tried, where it fails only now and then: up to so many runs, and no further one once it has failed as
    /// named.
    #[serde(default = "once", skip_serializing_if = "is_once")]
    pub tries: u32,
}

impl OneOrMany<Counter> {
    /// The counter-run that `run --counter NAME` carries out; with an empty name the plan's only one.
    pub fn called(&self, name: &str) -> Option<&Counter> {
        match self.0.as_slice() {
            [only] if name.is_empty() => Some(only),
            all => all.iter().find(|counter| counter.name.as_deref() == Some(name)),
        }
    }
}

fn once() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
fn is_once(tries: &u32) -> bool {
    *tries == 1
}
