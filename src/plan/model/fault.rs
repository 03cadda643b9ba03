//! What is broken, and when.

use super::OneOrMany;
use crate::plan::units::{Share, Size, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A fault: when it strikes (`at`, `after` or `when`), for how long, and exactly one kind of it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FaultSpec {
    /// Its id, unique in the plan; windows name it: `fault(node-dies)`.
    pub id: String,
    /// When it strikes, from the start of the load, warm-up included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Time>,
    /// It strikes when this other fault has been healed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// It strikes as soon as this holds: `throughput > 100/s`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// How long it lasts; then it is healed. Default: to the end of the load.
    #[serde(default, rename = "for", skip_serializing_if = "Option::is_none")]
    pub duration: Option<Time>,
    /// It strikes again at this distance (from strike to strike).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<Time>,
    /// How often it strikes in all, with `every`. Default: until the end of the load.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,

    /// With `every`: it strikes one of its targets after the other, each once unless `times` says otherwise.
    #[serde(default)]
    pub rolling: bool,

    /// It may strike nothing: then it is not Unknown, and the report says so. Without it a fault that struck nothing, by the
    /// count of what enforces it, makes the run Unknown.
    #[serde(default)]
    pub may_miss: bool,

    /// The process or container is killed (SIGKILL, or the signal named), and started again at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kill: Option<ProcessFault>,
    /// It is stopped in order (SIGTERM), and started again at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop: Option<ProcessFault>,
    /// It is frozen, and resumed at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause: Option<ProcessFault>,
    /// It is stopped in order and started again at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restart: Option<ProcessFault>,
    /// The container is removed, and created again at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remove: Option<ProcessFault>,
    /// The container leaves its networks, and returns at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disconnect: Option<ProcessFault>,
    /// The number of a service's instances is changed, and put back at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<ScaleFault>,
    /// Processor or memory is limited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<LimitFault>,
    /// A command is run in the container, and another one at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exec: Option<ExecFault>,
    /// Packets are delayed, lost, reordered, changed or slowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub packets: Option<PacketFault>,
    /// Groups of services cannot reach each other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partition: Option<PartitionFault>,
    /// A container's look-ups are refused, delayed or unanswered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dns: Option<DnsFault>,
    /// Requests to a service are answered wrongly, late or not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http: Option<HttpFault>,
    /// A toxic is put on a link, or on a container's port.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub toxic: Option<ToxicFault>,
}

impl FaultSpec {
    /// Every kind that it names; a right fault has exactly one.
    pub fn kinds(&self) -> Vec<&'static str> {
        [
            ("kill", self.kill.is_some()),
            ("stop", self.stop.is_some()),
            ("pause", self.pause.is_some()),
            ("restart", self.restart.is_some()),
            ("remove", self.remove.is_some()),
            ("disconnect", self.disconnect.is_some()),
            ("scale", self.scale.is_some()),
            ("limit", self.limit.is_some()),
            ("exec", self.exec.is_some()),
            ("packets", self.packets.is_some()),
            ("partition", self.partition.is_some()),
            ("dns", self.dns.is_some()),
            ("http", self.http.is_some()),
            ("toxic", self.toxic.is_some()),
        ]
        .into_iter()
        .filter_map(|(kind, given)| given.then_some(kind))
        .collect()
    }

    /// Whether it lasts until it is healed; the others are over at once.
    pub fn lasts(&self) -> bool {
        self.restart.is_none() && self.exec.as_ref().is_none_or(|exec| !exec.heal.is_empty())
    }

    /// Whether it strikes a link, by a toxic or an HTTP rule, and no instance.
    pub fn is_on_link(&self) -> bool {
        self.toxic.as_ref().is_some_and(|toxic| toxic.link.is_some())
            || self.http.as_ref().is_some_and(|http| http.link.is_some())
    }

    /// What it does to whole processes or containers, by its kind.
    pub fn on_processes(&self) -> impl Iterator<Item = (&'static str, &ProcessFault)> {
        [
            ("kill", &self.kill),
            ("stop", &self.stop),
            ("pause", &self.pause),
            ("restart", &self.restart),
            ("remove", &self.remove),
            ("disconnect", &self.disconnect),
        ]
        .into_iter()
        .filter_map(|(kind, fault)| fault.as_ref().map(|fault| (kind, fault)))
    }
}

/// Whom a fault strikes.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// The service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// These of its instances, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<OneOrMany<u32>>,
    /// Containers with this label (`name` or `name=value`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// So many of them, chosen by the seed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choose: Option<u32>,
    /// This share of them (at least one), chosen by the seed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<Share>,
}

/// A fault on whole processes or containers.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProcessFault {
    /// The service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// These of its instances, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<OneOrMany<u32>>,
    /// Containers with this label (`name` or `name=value`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// So many of them, chosen by the seed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choose: Option<u32>,
    /// This share of them (at least one), chosen by the seed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<Share>,
    /// With `kill`: the signal in place of `KILL`: `TERM`, `INT`, `HUP`, `QUIT`, `USR1`, `USR2`, `ABRT`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signal: Option<String>,
}

impl ProcessFault {
    /// Whom it strikes.
    pub fn target(&self) -> Target {
        Target {
            service: self.service.clone(),
            index: self.index.clone(),
            label: self.label.clone(),
            choose: self.choose,
            share: self.share,
        }
    }
}

/// Another number of instances.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScaleFault {
    /// The service.
    pub service: String,
    /// The number of instances.
    pub to: u32,
}

/// Less processor or memory.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LimitFault {
    /// Whom it strikes.
    pub target: Target,
    /// Processors, in cores.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpus: Option<f64>,
    /// Memory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<Size>,
}

/// A command of the plan's own.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExecFault {
    /// Whom it strikes.
    pub target: Target,
    /// The command.
    pub command: Vec<String>,
    /// The command that undoes it.
    #[serde(default)]
    pub heal: Vec<String>,
}

/// Trouble for packets.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PacketFault {
    /// Whom it strikes.
    #[serde(default)]
    pub target: Target,
    /// In place of `target` and `peers`: the link between two groups, `{ from = ["app"], to = ["db", "cache"] }`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub between: Option<Between>,
    /// `in`, `out` or `both` (the default), as the targets see it; with `between`, `out` is the way from `from` to `to`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<String>,
    /// Only packets from or to these services or instances.
    #[serde(default)]
    pub peers: Vec<String>,
    /// Only packets from or to this port, TCP and UDP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// So much later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay: Option<Time>,
    /// Up to so much later still, drawn by the seed. The packets of a connection keep their order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jitter: Option<Time>,
    /// This share is lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss: Option<Share>,
    /// In this share one bit is changed; the receiver's checksum tells it, and drops the packet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrupt: Option<Share>,
    /// This share skips the delay, and so overtakes the others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reorder: Option<Share>,
    /// No more than this per second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Size>,
}

/// Two groups of services or instances.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Between {
    /// The one group.
    pub from: OneOrMany<String>,
    /// The other.
    pub to: OneOrMany<String>,
}

/// No way from one group to another.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PartitionFault {
    /// The one group of services or instances.
    pub from: OneOrMany<String>,
    /// The other.
    pub to: OneOrMany<String>,
    /// Only packets from `from` to `to` are lost, not those back.
    #[serde(default)]
    pub one_way: bool,
}

/// Trouble with look-ups.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DnsFault {
    /// Whom it strikes.
    pub target: Target,
    /// Only these names, and all names below them.
    #[serde(default)]
    pub names: Vec<String>,
    /// `refuse` (the answer is REFUSED), `nxdomain` (there is no such name), `drop` (no answer) or `delay`.
    pub action: String,
    /// With `delay`: so much later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay: Option<Time>,
}

/// Trouble with requests.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HttpFault {
    /// The link whose requests it strikes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// With `link`: only before these instances of the service that the link leads to, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<OneOrMany<u32>>,
    /// In place of `link`: the containers whose `port` is led through a proxy.
    #[serde(default)]
    pub target: Target,
    /// With `target`: the container's own port.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// Only paths that begin so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Only this method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// This share of the requests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<Share>,
    /// They are answered with this status and go no further.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// With this body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// They are answered so much later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay: Option<Time>,
    /// They are carried out, and the reply is dropped.
    #[serde(default)]
    pub drop_reply: bool,
}

/// A toxic on a link, or on a container's port, in the words of Toxiproxy.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ToxicFault {
    /// The link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// With `link`: only before these instances of the service that the link leads to, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<OneOrMany<u32>>,
    /// In place of `link`: the containers whose `port` is led through a proxy.
    #[serde(default)]
    pub target: Target,
    /// With `target`: the container's own port.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// The type: `latency`, `bandwidth`, `slow_close`, `timeout`, `reset_peer`, `slicer`, `limit_data`, and our own `fail_first`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `upstream` or `downstream`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<String>,
    /// The share of connections that it strikes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub toxicity: Option<Share>,
    /// Attributes as in Toxiproxy's interface: `{ latency = 100, jitter = 20 }`.
    #[serde(default)]
    pub attributes: BTreeMap<String, f64>,
    /// With `type = "bandwidth"`: no more data per second than this, in place of the attribute `rate` (in kB).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Size>,
}
