//! Links through a proxy, and what is done to them.

use super::Findings;
use super::fault_network::is_nobody;
use super::find::must_exist;
use crate::plan::Plan;
use crate::plan::model::{FaultSpec, FaultTarget, HttpFault, OneOrMany, StackKind, StackSpec, ToxicFault};
use crate::plan::nearest::listed;

/// The toxics and their attributes, in Toxiproxy's words; the last one is ours.
const TOXICS: [(&str, &[&str]); 8] = [
    ("latency", &["latency", "jitter"]),
    ("bandwidth", &["rate"]),
    ("slow_close", &["delay"]),
    ("timeout", &["timeout"]),
    ("reset_peer", &["timeout"]),
    ("slicer", &["average_size", "size_variation", "delay"]),
    ("limit_data", &["bytes"]),
    ("fail_first", &["connections"]),
];

/// The links themselves.
pub(super) fn check(stack: &StackSpec, found: &mut Findings<'_>) {
    for (i, link) in stack.links.iter().enumerate() {
        let path = format!("stack.link[{i}]");
        match (&link.to, &link.api) {
            (None, None) => found.error(
                &path,
                format!("the link `{}` leads nowhere", link.name),
                "add `to = \"db\"` for one of the stack's services, or `api = \"http://127.0.0.1:8474\"` for a \
                 Toxiproxy server of the deployment",
            ),
            (Some(_), Some(_)) => found.error(
                format!("{path}.api"),
                format!("the link `{}` has both `to` and `api`", link.name),
                "`to` makes a proxy of ours, `api` uses one of a Toxiproxy server: take one of them out",
            ),
            (Some(_), None) if stack.kind == StackKind::None => found.error(
                format!("{path}.to"),
                "there is no service that it could lead to: the stack's kind is `none`",
                "use `api` for a Toxiproxy server of the deployment, or bring the deployment up by the plan",
            ),
            (Some(to), None) if stack.kind == StackKind::Processes => {
                let names = stack.services.iter().map(|service| service.name.as_str());
                must_exist(found, format!("{path}.to"), "service", to, names);
            }
            _ => {}
        }
        if link.proxy.is_some() && link.api.is_none() {
            found.error(
                format!("{path}.proxy"),
                "`proxy` names a proxy of a Toxiproxy server",
                "add its `api`",
            );
        }
        if link.api.as_ref().is_some_and(|api| !api.starts_with("http://")) {
            let help = "write the address of its HTTP interface: `http://127.0.0.1:8474`";
            found.error(format!("{path}.api"), "not the address of a Toxiproxy server", help);
        }
    }
}

/// What a fault does to a link, or to a container's port.
pub(super) fn fault(plan: &Plan, fault: &FaultSpec, path: &str, found: &mut Findings<'_>) {
    if let Some(toxic) = &fault.toxic {
        let ToxicFault { link, index, target, port, .. } = toxic;
        place(plan, &Place { link, index, target, port: *port }, &format!("{path}.toxic"), found);
        self::toxic(toxic, &format!("{path}.toxic"), found);
    }
    if let Some(http) = &fault.http {
        let HttpFault { link, index, target, port, .. } = http;
        place(plan, &Place { link, index, target, port: *port }, &format!("{path}.http"), found);
        self::http(http, &format!("{path}.http"), found);
    }
}

/// Where streams are struck.
struct Place<'f> {
    link: &'f Option<String>,
    index: &'f Option<OneOrMany<u32>>,
    target: &'f FaultTarget,
    port: Option<u16>,
}

/// On a link, or at a port of containers, and not both.
fn place(plan: &Plan, place: &Place<'_>, path: &str, found: &mut Findings<'_>) {
    let Place { link, index: instances, target, port } = place;
    if let Some(link) = link {
        let links = plan.stack.links.iter().map(|link| link.name.as_str());
        must_exist(found, format!("{path}.link"), "link", link, links);
        index(plan, link, instances.as_ref(), &format!("{path}.index"), found);
        if !is_nobody(target) || port.is_some() {
            let help = "`link` says it all: take `target` and `port` out";
            found.error(format!("{path}.target"), "a link and a target are two places", help);
        }
        return;
    }
    if plan.stack.kind != StackKind::Compose {
        let help = "name a link: `link = \"db\"`, with `[[stack.link]]`; only a container has a port that can be led away";
        found.error(path, "there is nothing that it could strike", help);
        return;
    }
    if instances.is_some() {
        let help = "write `target = { service = \"web\", index = 1 }`";
        found.error(format!("{path}.index"), "`index` belongs to `link`", help);
    }
    if port.is_none_or(|port| port == 0) {
        let help = "write the port at which the container itself listens: `port = 8080`";
        found.error(format!("{path}.port"), "it does not say which connections are meant", help);
    }
}

/// Instances before which the link has a proxy.
fn index(plan: &Plan, link: &str, index: Option<&OneOrMany<u32>>, path: &str, found: &mut Findings<'_>) {
    let Some(index) = index else { return };
    let to = plan.stack.links.iter().find(|one| one.name == link).and_then(|one| one.to.as_deref());
    let service = plan.stack.services.iter().find(|service| Some(service.name.as_str()) == to);
    let instances = service.map_or(1, |service| service.instances);
    if index.iter().next().is_none() || index.iter().any(|index| !(1..=instances).contains(index)) {
        let message = format!("the link `{link}` leads to instances 1 to {instances}");
        found.error(path, message, format!("write a number from 1 to {instances}"));
    }
}

fn toxic(toxic: &ToxicFault, path: &str, found: &mut Findings<'_>) {
    let kinds = TOXICS.map(|(kind, _)| kind);
    if must_exist(found, format!("{path}.type"), "toxic", &toxic.kind, kinds) {
        let known =
            TOXICS.iter().find(|(kind, _)| *kind == toxic.kind).map(|(_, known)| *known).unwrap_or_default();
        for attribute in toxic.attributes.keys() {
            must_exist(
                found,
                format!("{path}.attributes.{attribute}"),
                "attribute",
                attribute,
                known.iter().copied(),
            );
        }
        if toxic.attributes.is_empty()
            && toxic.rate.is_none()
            && !matches!(&*toxic.kind, "timeout" | "reset_peer")
        {
            let help = format!("add `attributes = {{ … }}`; there are {}", listed(known.iter().copied()));
            found.error(path, format!("the toxic `{}` without attributes does nothing", toxic.kind), help);
        }
    }
    if let Some(stream) = &toxic.stream {
        must_exist(found, format!("{path}.stream"), "stream", stream, ["upstream", "downstream"]);
    }
    if toxic.rate.is_some() && toxic.kind != "bandwidth" {
        found.error(format!("{path}.rate"), "`rate` belongs to `type = \"bandwidth\"`", "take it out");
    }
    if toxic.toxicity.is_some_and(|share| share.0 == 0.0) {
        found.error(format!("{path}.toxicity"), "a toxicity of 0% strikes nobody", "write a share above 0%");
    }
}

fn http(http: &HttpFault, path: &str, found: &mut Findings<'_>) {
    if http.status.is_none() && http.delay.is_none() && !http.drop_reply {
        let help = "add `status = 503`, `delay = \"1s\"` or `drop_reply = true`";
        found.error(path, "it does nothing to the requests", help);
    }
    if http.status.is_some() && http.drop_reply {
        let help = "a request that we answer has no reply to drop: make a fault of each";
        found.error(format!("{path}.drop_reply"), "`status` and `drop_reply` exclude each other", help);
    }
    if http.status.is_some_and(|status| !(200..=599).contains(&status)) {
        found.error(format!("{path}.status"), "not a status", "write a number from 200 to 599");
    }
    if http.body.is_some() && http.status.is_none() {
        found.error(format!("{path}.body"), "a body without a status", "add `status = 200`");
    }
    if http.share.is_some_and(|share| share.0 == 0.0) {
        found.error(format!("{path}.share"), "a share of 0% strikes nobody", "write a share above 0%");
    }
}
