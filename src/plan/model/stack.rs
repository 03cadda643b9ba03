//! The deployment.

use crate::plan::template::Template;
use crate::plan::units::Time;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Who brings the deployment up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum StackKind {
    /// Nobody: it is there already, at the target's URL.
    #[default]
    None,
    /// We do, as processes of this machine.
    Processes,
    /// Docker Compose.
    Compose,
}

/// The deployment: who brings it up, and of what it is made.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StackSpec {
    /// Who brings it up.
    #[serde(default)]
    pub kind: StackKind,
    /// The name under which locks and journals are kept. Default: the plan's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// With `kind = "compose"`: the compose file, relative to the plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// With `kind = "compose"`: the profiles to bring up.
    #[serde(default)]
    pub profiles: Vec<String>,
    /// With `kind = "compose"`: use a project that already runs, and leave it running.
    #[serde(default)]
    pub attach: bool,
    /// With `kind = "compose"`: variables for the compose file, set for this run and put back after it:
    /// `env = { CACHE = "off" }`. Only containers that they change are made anew.
    #[serde(default)]
    pub env: BTreeMap<String, Template>,
    /// With `kind = "compose"`: how long the whole stack may take to become ready.
    #[serde(default = "two_minutes")]
    pub ready_within: Time,
    /// No more instances than this may be broken at the same time, all faults together (the blast radius). A strike that
    /// would go beyond is not carried out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_affected: Option<u32>,
    /// Whether this run alone writes to the deployment. Without it rows of others in the final reads are counted, shown, and
    /// decide nothing. With it, a row that was not there before the load and is not of this run fails `no-phantom`, and
    /// makes the other invariants over that read Unknown.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exclusive: bool,
    /// The services, started in this order; the next one starts when the one before is ready.
    #[serde(default, rename = "service")]
    pub services: Vec<ServiceSpec>,
    /// Links between services that go through our proxy, so that toxics can be put on them.
    #[serde(default, rename = "link")]
    pub links: Vec<Link>,
}

impl Default for StackSpec {
    fn default() -> StackSpec {
        StackSpec {
            kind: StackKind::None,
            project: None,
            file: None,
            profiles: Vec::new(),
            attach: false,
            env: BTreeMap::new(),
            ready_within: two_minutes(),
            max_affected: None,
            exclusive: false,
            services: Vec::new(),
            links: Vec::new(),
        }
    }
}

/// How long an orderly stop may take where neither the plan nor the container says it: as with Docker.
pub const STOP_WITHIN: Time = Time(std::time::Duration::from_secs(10));

/// A service: one command, run as one or more instances.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceSpec {
    /// Its name. Its instances are called `name-1`, `name-2`, …
    pub name: String,
    /// With `kind = "compose"` the file says what runs; a service is listed here for its `ready`, its `port` (the
    /// container's own, by which `${name.address}` finds the published one), its `stop_within`, or, above 1, its `instances`.
    ///
    /// The program and its arguments. `${shakedown}` is this program, `${run}` the run's folder, `${port}` and
    /// `${index}` (from 1) the instance's own, `${other.address}` (host:port of its first instance) and
    /// `${other.addresses}` (all of them, with commas) those of services started before.
    #[serde(default)]
    pub command: Vec<Template>,
    /// How many instances.
    #[serde(default = "one")]
    pub instances: u32,
    /// The port of the first instance, the next ones follow; 0 takes free ones.
    #[serde(default)]
    pub port: u16,
    /// The environment, in addition to ours.
    #[serde(default)]
    pub env: BTreeMap<String, Template>,
    /// The working directory, relative to the plan. Default: where we were started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directory: Option<String>,
    /// When an instance counts as ready. Default: as soon as its port accepts a connection.
    #[serde(default)]
    pub ready: Ready,
    /// How long an orderly stop may take before it is killed. Default: what the container itself says (`stop_grace_period`),
    /// else 10 s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_within: Option<Time>,
}

/// When an instance counts as ready.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ready {
    /// A path that answers 2xx to GET.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http: Option<String>,
    /// Whether a TCP connection to its port is enough (the default where `http` is absent); `false`: it has no port,
    /// and is ready once started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tcp: Option<bool>,
    /// How long it may take.
    #[serde(default = "ten_seconds")]
    pub within: Time,
}

impl Default for Ready {
    fn default() -> Ready {
        Ready { http: None, tcp: None, within: ten_seconds() }
    }
}

/// A link through a proxy: whoever connects to its address reaches the service behind it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// Its name; `${link.NAME.address}` is where to connect.
    pub name: String,
    /// The service it leads to: a proxy of ours stands before each of its instances, and `${link.NAME.addresses}` are all
    /// of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// In place of `to`: a Toxiproxy server that is part of the deployment, by the address of its HTTP interface:
    /// `http://127.0.0.1:8474`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api: Option<String>,
    /// With `api`: the proxy's name there. Default: the link's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proxy: Option<String>,
}

fn one() -> u32 {
    1
}

fn two_minutes() -> Time {
    Time::from_secs(120)
}

fn ten_seconds() -> Time {
    Time::from_secs(10)
}
